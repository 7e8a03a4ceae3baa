package org.perilune.lunarmodule.attitude;

/** How the vehicle is turned from level flight with the antenna to Earth, degrees. */
public record Angles(double roll, double pitch, double yaw) {
    public static final Angles LEVEL = new Angles(0, 0, 0);

    public Angles plus(Angles other) {
        return new Angles(roll + other.roll, pitch + other.pitch, yaw + other.yaw);
    }

    Angles minus(Angles other) {
        return new Angles(roll - other.roll, pitch - other.pitch, yaw - other.yaw);
    }

    Angles times(double factor) {
        return new Angles(roll * factor, pitch * factor, yaw * factor);
    }

    /** That of the three which is farthest from 0. */
    double largest() {
        return Math.max(Math.abs(roll), Math.max(Math.abs(pitch), Math.abs(yaw)));
    }

    /** Of all three, whatever their signs. */
    double sum() {
        return Math.abs(roll) + Math.abs(pitch) + Math.abs(yaw);
    }

    /** The same attitude, each between -180 and 180. */
    public Angles wrapped() {
        return new Angles(Math.IEEEremainder(roll, 360), Math.IEEEremainder(pitch, 360), Math.IEEEremainder(yaw, 360));
    }
}

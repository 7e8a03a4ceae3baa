package org.perilune.lunarmodule.telemetry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.lunarmodule.attitude.Angles;
import org.perilune.lunarmodule.attitude.Slew;
import org.perilune.sdk.DeviceDescription;
import org.perilune.sdk.DeviceParameter;
import org.perilune.sdk.Reading;
import org.perilune.sdk.SilenceWindow;

/** What the lunar module's telemetry holds, and under which names. */
final class TelemetryFormat {
    private static final double TURNED_WARNING_DEGREES = 2;
    private static final double TURNED_CRITICAL_DEGREES = 10;
    private static final List<DeviceParameter> PARAMETERS = List.of(
            DeviceParameter.of("position", "°", "Along the orbit from the point under Earth; 180 is behind the Moon"),
            DeviceParameter.of("altitude", "km", "Above the Moon's mean radius").low(100, 20),
            DeviceParameter.of("speed", "m/s", "Relative to the Moon's centre"),
            DeviceParameter.of("latitude", "°", "Selenographic latitude below the vehicle"),
            DeviceParameter.of("longitude", "°", "Selenographic longitude below the vehicle, east; 0 faces Earth"),
            DeviceParameter.of("hull_temperature", "°C", "Outer hull")
                    .low(-60, -90)
                    .high(60, 90),
            DeviceParameter.of("cabin_temperature", "°C", "Crew cabin")
                    .low(17, 12)
                    .high(27, 32),
            DeviceParameter.of("battery", "%", "State of charge").low(40, 20),
            DeviceParameter.of("battery_voltage", "V", "At the main bus")
                    .low(27, 26)
                    .high(33, 34),
            DeviceParameter.of("solar_power", "W", "From the solar panels"),
            DeviceParameter.of("propellant", "kg", "For attitude control").low(80, 30),
            DeviceParameter.of("engine_propellant", "kg", "For the descent engine")
                    .low(800, 300),
            DeviceParameter.of("signal", "dBm", "Strength of the link to Earth; -140 is no link"),
            DeviceParameter.of("link", "", "up or none"),
            DeviceParameter.of("sun_position", "°", "Where along the orbit the Sun stands overhead"),
            DeviceParameter.of("illumination", "", "sunlit or shadow"),
            DeviceParameter.of("period", "min", "Of one revolution"),
            DeviceParameter.of("perilune_altitude", "km", "Of the orbit's lowest point")
                    .low(50, 20),
            DeviceParameter.of("apolune_altitude", "km", "Of the orbit's highest point"),
            DeviceParameter.of("mission", "", "running, paused or stopped"),
            DeviceParameter.of("boots", "", "Resets of the on-board computer by command"));

    private TelemetryFormat() {}

    /**
     * @param attitude as commanded: being turned so is no fault
     * @param silence the next, or null
     */
    static DeviceDescription description(Duration reportInterval, Slew attitude, @Nullable SilenceWindow silence) {
        var parameters = new ArrayList<>(PARAMETERS);
        Angles from = attitude.from();
        Angles to = attitude.to();
        parameters.add(angle("roll", from.roll(), to.roll()));
        parameters.add(angle("pitch", from.pitch(), to.pitch()));
        parameters.add(angle("yaw", from.yaw(), to.yaw()));
        return new DeviceDescription("lunar-module", reportInterval, parameters, silence);
    }

    private static DeviceParameter angle(String name, double from, double to) {
        double least = Math.min(from, to);
        double most = Math.max(from, to);
        return DeviceParameter.of(name, "°", "From level flight")
                .low(least - TURNED_WARNING_DEGREES, least - TURNED_CRITICAL_DEGREES)
                .high(most + TURNED_WARNING_DEGREES, most + TURNED_CRITICAL_DEGREES);
    }

    static Reading reading(VehicleState state) {
        return Reading.at(state.time())
                .status(state.status())
                .number("position", state.positionDegrees())
                .number("altitude", state.altitudeKilometres())
                .number("speed", state.speedMetresPerSecond())
                .number("latitude", state.latitudeDegrees())
                .number("longitude", state.longitudeDegrees())
                .number("hull_temperature", state.hullCelsius())
                .number("cabin_temperature", state.cabinCelsius())
                .number("battery", state.batteryPercent())
                .number("battery_voltage", state.batteryVolts())
                .number("solar_power", state.panelWatts())
                .number("propellant", state.propellantKilograms())
                .number("engine_propellant", state.enginePropellantKilograms())
                .number("signal", state.signal())
                .text("link", state.link() ? "up" : "none")
                .number("sun_position", state.sunPositionDegrees())
                .text("illumination", state.sunlit() ? "sunlit" : "shadow")
                .number("period", state.periodMinutes())
                .number("perilune_altitude", state.periluneKilometres())
                .number("apolune_altitude", state.apoluneKilometres())
                .text("mission", state.mission())
                .number("boots", state.boots())
                .number("roll", state.rollDegrees())
                .number("pitch", state.pitchDegrees())
                .number("yaw", state.yawDegrees())
                .build();
    }
}

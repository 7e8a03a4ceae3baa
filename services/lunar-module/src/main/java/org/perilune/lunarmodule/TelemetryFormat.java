package org.perilune.lunarmodule;

import java.time.Duration;
import java.util.List;
import org.perilune.sdk.DeviceDescription;
import org.perilune.sdk.DeviceParameter;
import org.perilune.sdk.Reading;
import org.perilune.sdk.SilenceWindow;

/** What the lunar module's telemetry holds, and under which names. */
final class TelemetryFormat {
    private static final List<DeviceParameter> PARAMETERS = List.of(
            DeviceParameter.of("position", "°", "Along the orbit from the point under Earth; 180 is behind the Moon"),
            DeviceParameter.of("altitude", "km", "Above the Moon's mean radius").low(100, 20),
            DeviceParameter.of("speed", "m/s", "Relative to the Moon's centre"),
            DeviceParameter.of("latitude", "°", "Selenographic latitude below the vehicle"),
            DeviceParameter.of("longitude", "°", "Selenographic longitude below the vehicle, east; 0 faces Earth"),
            DeviceParameter.of("roll", "°", "From level flight").low(-2, -10).high(2, 10),
            DeviceParameter.of("pitch", "°", "From level flight").low(-2, -10).high(2, 10),
            DeviceParameter.of("yaw", "°", "From level flight").low(-2, -10).high(2, 10),
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
            DeviceParameter.of("signal", "dBm", "Strength of the link to Earth; -140 is no link"),
            DeviceParameter.of("link", "", "up or none"),
            DeviceParameter.of("sun_position", "°", "Where along the orbit the Sun stands overhead"),
            DeviceParameter.of("illumination", "", "sunlit or shadow"));

    private TelemetryFormat() {}

    static DeviceDescription description(Duration reportInterval, SilenceWindow silence) {
        return new DeviceDescription("lunar-module", reportInterval, PARAMETERS, silence);
    }

    static Reading reading(VehicleState state) {
        return Reading.at(state.time())
                .status(state.status())
                .number("position", state.positionDegrees())
                .number("altitude", state.altitudeKilometres())
                .number("speed", state.speedMetresPerSecond())
                .number("latitude", state.latitudeDegrees())
                .number("longitude", state.longitudeDegrees())
                .number("roll", state.rollDegrees())
                .number("pitch", state.pitchDegrees())
                .number("yaw", state.yawDegrees())
                .number("hull_temperature", state.hullCelsius())
                .number("cabin_temperature", state.cabinCelsius())
                .number("battery", state.batteryPercent())
                .number("battery_voltage", state.batteryVolts())
                .number("solar_power", state.panelWatts())
                .number("propellant", state.propellantKilograms())
                .number("signal", state.signal())
                .text("link", state.link() ? "up" : "none")
                .number("sun_position", state.sunPositionDegrees())
                .text("illumination", state.sunlit() ? "sunlit" : "shadow")
                .build();
    }
}

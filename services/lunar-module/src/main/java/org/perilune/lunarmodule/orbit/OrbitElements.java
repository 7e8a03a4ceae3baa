package org.perilune.lunarmodule.orbit;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The orbit as {@code GET /state} tells it. */
public record OrbitElements(
        @JsonProperty("version") int version,
        @JsonProperty("period_s") double periodSeconds,
        @JsonProperty("semi_major_axis_km") double semiMajorAxisKilometres,
        @JsonProperty("eccentricity") double eccentricity,
        @JsonProperty("inclination_deg") double inclinationDegrees) {
    public static OrbitElements of(Trajectory trajectory) {
        Elements elements = trajectory.elements();
        return new OrbitElements(
                trajectory.version(),
                elements.periodSeconds(),
                elements.semiMajorAxis() / 1_000,
                elements.eccentricity(),
                Math.toDegrees(elements.inclination()));
    }
}

-- Grams, shares, grid factors and which source counts: each is one function here, held to analytics
-- by tests/cases/figures.toml.

-- Halves upward: of −0.5 it is 0. As analytics.exact.half_up.
CREATE FUNCTION storage.half_up(value numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN floor(value + 0.5);

-- The same of a fraction whose quotient numeric would round; null where it is of nothing.
CREATE FUNCTION storage.half_up(numerator numeric, denominator numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN denominator <> 0 THEN
        div(2 * numerator * sign(denominator) + abs(denominator), 2 * abs(denominator))
        - CASE WHEN mod(2 * numerator * sign(denominator) + abs(denominator),
                        2 * abs(denominator)) < 0 THEN 1 ELSE 0 END END;

CREATE FUNCTION storage.g_per_quantum(kg_per_unit numeric, per_unit bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kg_per_unit * (1000::numeric / per_unit);

-- Standard coal or CO2 of an amount, in whole grams. As analytics.conversion.to_g.
CREATE FUNCTION storage.grams(quanta numeric, g_per_quantum numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN storage.half_up(quanta * g_per_quantum);

CREATE FUNCTION storage.grams(quanta numeric, kg_per_unit numeric, per_unit bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN storage.grams(quanta, storage.g_per_quantum(kg_per_unit, per_unit));

-- What an indicator counts, by its name: energy, co2 or water. As compact.indicators.Indicator.quantity.
CREATE FUNCTION storage.quantity_of(indicator text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN indicator LIKE '%water%' THEN 'water' WHEN indicator LIKE '%kgco2%' THEN 'co2'
                ELSE 'energy' END;

CREATE FUNCTION storage.counts_in(quantity text, carrier text, in_total_energy boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN quantity = 'water' THEN carrier = 'water' ELSE in_total_energy END;

-- An amount of a carrier as a quantity counts it, in thousandths of its unit: grams of standard coal or
-- CO2, litres of water; null where no factor says.
CREATE FUNCTION storage.amount_of(quantity text, quanta numeric, kgce_per_unit numeric,
                                  kgco2_per_unit numeric, per_unit bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE quantity WHEN 'water' THEN storage.half_up(quanta * 1000, per_unit::numeric)
                WHEN 'co2' THEN storage.grams(quanta, kgco2_per_unit, per_unit)
                ELSE storage.grams(quanta, kgce_per_unit, per_unit) END;

-- What an account takes of a channel's use, where the shares of institutions with smaller ids end:
-- each takes the running share's rounded amount less the one before it, so shares that add to one
-- add to the day. Products with exact decimals, never divisions. As analytics.rounding.shared.
CREATE FUNCTION storage.part_of(used numeric, share_before bigint, share bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN storage.half_up(used * (share_before + share) * 0.000001)
         - storage.half_up(used * share_before * 0.000001);

-- Where a source stands among those that know an amount; the first one counts. A meter that knows
-- too little of the month stands behind what was billed, typed or estimated. As
-- analytics.sources.counted.
CREATE FUNCTION storage.source_rank(source text, enough boolean) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE source WHEN 'meter' THEN CASE WHEN enough THEN 1 ELSE 5 END
                       WHEN 'bill' THEN 2 WHEN 'typed' THEN 3 WHEN 'estimate' THEN 4 END;

-- Whether the meter does, where both are at hand. other_first: whether the rule of the month lets
-- the other go before a meter that knows enough.
CREATE FUNCTION storage.meter_counts(enough boolean, other_known boolean, other_first boolean)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN NOT other_known
        OR (storage.source_rank('meter', enough) = 1 AND NOT coalesce(other_first, false));

-- Where a month lies that uses an edition all the same.
CREATE FUNCTION storage.outside(month date, valid_from date, valid_to date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN month < valid_from THEN 'before' WHEN month >= valid_to THEN 'after' END;

-- How far a grid factor is from a place in a year; null where it is of another place. The
-- province's own goes before its grid region's, that before the nation's; then of years gone by the
-- newest, else the first of those to come. As analytics.grid.nearest.
CREATE FUNCTION storage.grid_distance(scope text, code text, year integer, province text,
                                      grid_region text, wanted integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN scope = 'province' AND code = province THEN 0
                WHEN scope = 'grid_region' AND code = grid_region THEN 100000
                WHEN scope = 'national' THEN 200000 END
         + CASE WHEN year > wanted THEN 10000 + year - wanted ELSE wanted - year END;

-- The last of an array's elements, so many at most.
CREATE FUNCTION storage.last_of(elements anyarray, most integer) RETURNS anyarray
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT elements[greatest(1, cardinality(elements) - most + 1):]
$$;

-- The last of the ranges of a set of numbers, so many at most.
CREATE FUNCTION storage.last_ranges(numbers int8multirange, most integer) RETURNS int8multirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(range_agg(r), '{}') FROM (
        SELECT r FROM unnest(numbers) AS u(r) ORDER BY lower(r) DESC LIMIT most) AS kept
$$;

-- For how long a gateway may be silent, by the times between its last arrivals and the shortest
-- period of its channels, else by their longest: as metering.gateways.Habits has it.
CREATE FUNCTION storage.late_after_s(every_s integer[], period_s integer, soonest_s integer)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN count(e) < 5 THEN 3 * coalesce(period_s, 0) + 3600
                ELSE 60 + greatest(
                    3 * floor(percentile_cont(0.5) WITHIN GROUP (ORDER BY e)),
                    (array_agg(e ORDER BY e DESC))[2]::bigint * 6 / 5,
                    2 * coalesce(soonest_s, 0))::integer END
      FROM unnest(every_s) AS u(e)
$$;

-- Whether sub-meters agree with their main meter, within millionths of what that used: as
-- analytics.meter_trees.verdict.
CREATE FUNCTION storage.balance_verdict(main numeric, subs numeric, tolerance integer,
                                        both_ways boolean)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN main IS NULL OR subs IS NULL THEN 'unknown'
                WHEN (subs - main) * 1000000 > abs(main) * tolerance
                  OR (both_ways AND (main - subs) * 1000000 > abs(main) * tolerance)
                THEN 'exceeded' ELSE 'agrees' END;

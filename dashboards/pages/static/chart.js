// How all charts look: colours of the page, figures in the reader's language, no inline styles.

export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
export const lang = () => document.documentElement.lang;
export const write = (value, places = 2) =>
  value === null || value === undefined
    ? "–"
    : new Intl.NumberFormat(lang(), { maximumFractionDigits: places }).format(value);
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const OTHERS = ["other", "other-2", "other-3"];
const known = ["electricity", "natural_gas", "water", "heat", "before"];

export function colour(key, place) {
  return css(known.includes(key) ? key : OTHERS[place % OTHERS.length]);
}

export function base(unit) {
  const quiet = css("quiet");
  const line = css("line-soft");
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 36, top: 36, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText", // HTML would need inline styles, which the page forbids
      confine: true,
      backgroundColor: css("card"),
      borderColor: css("line"),
      borderWidth: 1,
      textStyle: { color: css("ink"), fontSize: 12, lineHeight: 18 },
      axisPointer: { type: "shadow", shadowStyle: { color: css("line-soft"), opacity: 0.6 } },
    },
    yAxis: {
      type: "value",
      name: unit,
      nameTextStyle: { color: quiet, align: "left", padding: [0, 0, 0, -4] },
      axisLabel: { color: quiet, formatter: (value) => write(value, 3) },
      splitLine: { lineStyle: { color: line } },
    },
    xAxis: {
      type: "category",
      axisLabel: { color: quiet, hideOverlap: true },
      axisLine: { lineStyle: { color: css("line") } },
      axisTick: { show: false },
    },
  };
}

export const hatch = (key) => ({
  symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: Math.PI / 4, color: key, symbolSize: 1,
});

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

const pen = document.createElement("canvas").getContext("2d");
function long(text) {
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(text).width;
}

// What is drawn by which colour: right of the axis' unit, which begins where the plot does, or in lines of its own where both do not fit one.
const MOST_LINES = 3;
export function legend(option, element, unit) {
  const room = element.clientWidth - 16;
  let lines = 1;
  let at = 0;
  for (const { name } of option.series) {
    const wide = long(name) + 27; // with its colour, and the gap to the next
    if (at && at + wide > room) [lines, at] = [lines + 1, 0];
    at += wide;
  }
  const look = { itemWidth: 12, itemHeight: 12, textStyle: { color: css("quiet") }, top: 0, align: "left" };
  if (lines === 1 && at + (unit ? long(unit) + 76 : 0) <= room) option.legend = { ...look, left: "auto", right: 8 };
  else if (lines > MOST_LINES) [lines, option.legend] = [1, { ...look, left: 0, right: 8, type: "scroll" }];
  else option.legend = { ...look, left: 0, right: 8 };
  if (option.legend.left === 0) option.grid.top = lines * 22 + (unit ? 24 : 10);
}

// Names that do not fit below their columns stand beside bars that lie; instants thin out by themselves.
const WORDS = /[^\d\s:/.-]/;
export function named(option, element, names) {
  element.style.height = "";
  const room = (element.clientWidth - 90) / names.length;
  const whole = { interval: 0, hideOverlap: false, overflow: "break" };
  if (room >= 64 || !names.some((name) => WORDS.test(name))) {
    if (room >= 64) Object.assign(option.xAxis.axisLabel, whole, { width: room - 8 });
    return;
  }
  const { xAxis, yAxis } = option;
  const width = Math.min(Math.max(...names.map(long)) + 4, 0.36 * element.clientWidth);
  option.yAxis = { ...xAxis, inverse: true, axisLabel: { ...xAxis.axisLabel, ...whole, width, lineHeight: 14 } };
  option.xAxis = {
    ...yAxis, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: css("quiet") }, splitNumber: 3,
    axisLabel: { ...yAxis.axisLabel, hideOverlap: true, alignMaxLabel: "right" },
  };
  const { series, grid } = option;
  const beside = series.some((one) => one.stack) ? 1 : series.length;
  option.grid = { ...grid, right: 16, top: series.length > 1 ? grid.top - 8 : 8, bottom: yAxis.name ? 22 : grid.bottom };
  element.style.height = `${names.length * Math.max(34, 18 * beside + 14) + option.grid.top + 50}px`;
}

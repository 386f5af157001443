// wavesurfer.js with the server's peaks: two lanes, one a party, events and flags as regions.
import WaveSurfer from "./lib/wavesurfer.esm.js";
import Regions from "./lib/regions.esm.js";
import { colour } from "./dom.js";
import { gainOf, magnitudes } from "./peaks.js";

/**
 * wavesurfer writes a <style> element into its shadow root, which our Content-Security-Policy refuses, as it refuses
 * all inline style. The same rules are taken as a constructed style sheet instead.
 */
function withSheets(create) {
  const plain = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function attachShadow(options) {
    const root = plain.call(this, options);
    const setHtml = Object.getOwnPropertyDescriptor(ShadowRoot.prototype, "innerHTML").set;
    Object.defineProperty(root, "innerHTML", { configurable: true, set(html) {
      root.adoptedStyleSheets = [...html.matchAll(/<style[^>]*>([^]*?)<\/style>/g)].map(([, rules]) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(rules);
        return sheet;
      });
      setHtml.call(root, html.replace(/<style[^>]*>[^]*?<\/style>/g, ""));
    } });
    return root;
  };
  try {
    return create();
  } finally {
    Element.prototype.attachShadow = plain;
  }
}

const lane = (name, height) => ({ height, waveColor: colour(`--${name}`), progressColor: colour(`--${name}-heard`) });

/** roles: of each channel. regions: [{start_ms, end_ms, color, channel?}]. */
export function makeWave({ container, audio, peaks, duration_ms, roles, regions }) {
  const plugin = Regions.create();
  const lanes = roles.map((role) => lane(role, roles.length === 1 ? 120 : 76));
  const shown = magnitudes(peaks);
  const wave = withSheets(() => WaveSurfer.create({
    container, media: audio, peaks: shown, duration: duration_ms / 1000, splitChannels: lanes,
    cursorColor: colour("--text"), cursorWidth: 1.5, normalize: false, barHeight: gainOf(shown), minPxPerSec: 1, autoScroll: true, autoCenter: false,
    dragToSeek: true, plugins: [plugin],
  }));
  const drawn = () => {
    plugin.clearRegions();
    for (const region of regions)
      plugin.addRegion({ start: region.start_ms / 1000, end: region.end_ms / 1000, color: region.color, channelIdx: region.channel ?? -1, drag: false, resize: false });
  };
  wave.once("ready", drawn);
  return wave;
}

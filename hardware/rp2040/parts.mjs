// rp2040js, as tools/fetch put it below build/deps: the CPU core and most peripherals. It is never copied into here.
import {pathToFileURL, fileURLToPath} from "node:url";

const here = fileURLToPath(new URL("../../build/deps/rp2040js/node_modules/rp2040js", import.meta.url));
const esm = `${pathToFileURL(process.env.RP2040JS_DIR ?? here)}/dist/esm`;

export const {RP2040, GPIOPinState} = await import(`${esm}/index.js`);
export const {BasePeripheral} = await import(`${esm}/peripherals/peripheral.js`);
export const {SimulationClock} = await import(`${esm}/clock/simulation-clock.js`);

// What opens over the page. In a piece of its own: the first picture needs none of it.
export { ComboBox } from "./ComboBox";
export { Dialog } from "./Dialog";
export { Menu } from "./Menu";
export { Select } from "./Select";
export { Tooltip } from "./Tooltip";

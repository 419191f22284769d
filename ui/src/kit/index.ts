// Every building block of the window, from one place.
export { Button, LinkButton, type Weight } from "./Button";
export { ComboBox, Menu, Select, Tooltip, fetchLists } from "./later";
export { type Below, type Cell, type Column, DataTable, type Row, cell } from "./DataTable";
export type { Entry, Group } from "./lists/Menu";

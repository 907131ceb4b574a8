/** Fonts that are on the reader's device already: a mail loads none. */
export const SANS = "system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif";
export const SERIF = "Iowan Old Style,Palatino Linotype,Palatino,Georgia,serif";
export const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,Liberation Mono,monospace";

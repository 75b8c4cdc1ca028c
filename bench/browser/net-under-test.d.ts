/** Stands for the emitted class when the page is bundled. */
declare module 'net-under-test' {
  const net: Readonly<Record<string, unknown>>;
  export = net;
}

// A stylesheet imported from TypeScript arrives as minified text (build.mjs, `styleText`).
declare module "*.css" {
  const text: string;
  export default text;
}

/** The bundler gathers imported style sheets into the page's own. */
declare module '*.css';

/** What is known of open models, whoever runs them. */

/** What a template puts before every prompt at most, in tokens, about: models tell themselves the date and how to call tools. */
export const TEMPLATE_TOKENS = 256;

/** Models that reason before they answer, by the words in their names: nothing else tells it before they are asked. */
export const reasonsByName = (modelId: string): boolean =>
  /(?:^|[-_/])(?:r1|qwq|gpt-oss|thinking|reasoning|magistral)(?=[-_:]|$)/i.test(modelId);

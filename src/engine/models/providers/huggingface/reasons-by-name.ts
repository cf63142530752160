/** Open models that reason before they answer, by the words in their names: nothing else tells it before they are asked. */
export const reasonsByName = (modelId: string): boolean =>
  /(?:^|[-_/])(?:r1|qwq|gpt-oss|thinking|reasoning|magistral)(?=[-_:]|$)/i.test(modelId);

/** What is used of Hugging Face's SDK. Loaded in one piece on first use; by this list the rest of the SDK is left out of the bundle. */
export {
  InferenceClientError,
  InferenceClientProviderApiError,
  chatCompletion,
  chatCompletionStream,
} from '@huggingface/inference';

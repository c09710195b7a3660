import type { components } from "./openapi.js";
type Schemas = components["schemas"];
/** An error (RFC 9457). */
export type Problem = Schemas["Problem"];
/**
 * AliasSource states where a model alias comes from.
 *
 * - ALIAS_SOURCE_UNSPECIFIED: Not set.
 * - ALIAS_SOURCE_AUTOMATIC: A manifest that named the requested model and the model that answered, or a name with a provider or a date.
 * - ALIAS_SOURCE_MANUAL: SetModelAlias.
 */
export type AliasSource = Schemas["AliasSource"];
/** ApproveRolloutStepRequest approves the next step of a rollout. */
export type ApproveRolloutStepRequest = Schemas["ApproveRolloutStepRequest"];
/** ApproveRolloutStepResponse contains the rollout after the approval. */
export type ApproveRolloutStepResponse = Schemas["ApproveRolloutStepResponse"];
/**
 * AskReason is the reason for prompting or not prompting a user for an opinion.
 *
 * - ASK_REASON_UNSPECIFIED: Not prompted: the request names no user or no output, or the output has no manifest.
 * - ASK_REASON_FIRST_OUTPUTS: Prompted: the output is one of the first outputs of the user.
 * - ASK_REASON_LOW_CONFIDENCE: Prompted: the confidence of the Brain in its choice was low.
 * - ASK_REASON_VERIFICATION_FAILED: Prompted: a check of the output failed.
 * - ASK_REASON_CONTRADICTION: Prompted: the output contains a contradiction.
 * - ASK_REASON_SAMPLED: Prompted: the output was selected by random sampling.
 * - ASK_REASON_NOT_SAMPLED: Not prompted: the output was not selected by random sampling.
 * - ASK_REASON_FATIGUE: Not prompted: the user was prompted too often or too recently.
 * - ASK_REASON_ANSWERED: Not prompted: the user has already given a rating or a voice comment on the output.
 */
export type AskReason = Schemas["AskReason"];
/** AssignVariantRequest asks for the variant of one user. */
export type AssignVariantRequest = Schemas["AssignVariantRequest"];
/** AssignVariantResponse contains the assignment. */
export type AssignVariantResponse = Schemas["AssignVariantResponse"];
/** Assignment is the assignment of a user to a variant. */
export type Assignment = Schemas["Assignment"];
/** AssignmentContext describes the user and the request of an assignment. */
export type AssignmentContext = Schemas["AssignmentContext"];
/** AttributeCondition matches users whose attribute has one of several values. */
export type AttributeCondition = Schemas["AttributeCondition"];
/** AttributeCondition matches users whose attribute has one of several values. */
export type AttributeConditionInput = Schemas["AttributeConditionInput"];
/** AuditEntry records one change. */
export type AuditEntry = Schemas["AuditEntry"];
/** AuditFinding is one result of the verification. */
export type AuditFinding = Schemas["AuditFinding"];
/**
 * AuditFindingKind is the kind of a finding.
 *
 * - AUDIT_FINDING_KIND_UNSPECIFIED: Not used.
 * - AUDIT_FINDING_KIND_ENTRY_INVALID: The hash of an entry does not match the entry and its predecessor.
 * - AUDIT_FINDING_KIND_END_MISSING: The recorded end of the log does not match its last entry.
 * - AUDIT_FINDING_KIND_CHECKPOINT_MISMATCH: The log differs from a signed checkpoint: entries were changed, added or removed, and hashes computed anew.
 * - AUDIT_FINDING_KIND_CHECKPOINT_INVALID: A stored checkpoint is not signed by a known key.
 * - AUDIT_FINDING_KIND_CHECKPOINT_MISSING: Stored checkpoints are missing.
 * - AUDIT_FINDING_KIND_CHECKPOINTS_UNAVAILABLE: The object store of the checkpoints does not answer. Shows no manipulation.
 * - AUDIT_FINDING_KIND_NOT_ANCHORED: No checkpoint covers the log. Shows no manipulation.
 */
export type AuditFindingKind = Schemas["AuditFindingKind"];
/** BatchAssignVariantsRequest asks for the variants of many users. */
export type BatchAssignVariantsRequest = Schemas["BatchAssignVariantsRequest"];
/** BatchAssignVariantsResponse contains the assignments. */
export type BatchAssignVariantsResponse = Schemas["BatchAssignVariantsResponse"];
/** BatchGetRecommendationsRequest asks for many recommendations. */
export type BatchGetRecommendationsRequest = Schemas["BatchGetRecommendationsRequest"];
/** BatchGetRecommendationsResponse contains many recommendations. */
export type BatchGetRecommendationsResponse = Schemas["BatchGetRecommendationsResponse"];
/** BatchRecordManifestsRequest carries many manifests. */
export type BatchRecordManifestsRequest = Schemas["BatchRecordManifestsRequest"];
/** BatchRecordManifestsResponse contains the result of each manifest. */
export type BatchRecordManifestsResponse = Schemas["BatchRecordManifestsResponse"];
/** BatchRefusal states why a batch was refused as a whole. */
export type BatchRefusal = Schemas["BatchRefusal"];
/** BatchRun is one nightly run. */
export type BatchRun = Schemas["BatchRun"];
/** BatchRunRecord is one nightly run with its report. */
export type BatchRunRecord = Schemas["BatchRunRecord"];
/**
 * BatchRunState is the state of a nightly run.
 *
 * - BATCH_RUN_STATE_UNSPECIFIED: Not set. Never returned.
 * - BATCH_RUN_STATE_RUNNING: In progress, or waiting to be resumed.
 * - BATCH_RUN_STATE_SUCCEEDED: Succeeded.
 * - BATCH_RUN_STATE_FAILED: Failed. The previous version of the learned scores remains active.
 */
export type BatchRunState = Schemas["BatchRunState"];
/** BatchSubmitImplicitSignalsRequest carries many implicit signals. */
export type BatchSubmitImplicitSignalsRequest = Schemas["BatchSubmitImplicitSignalsRequest"];
/** BatchSubmitImplicitSignalsResponse confirms that all signals of the batch are durable. */
export type BatchSubmitImplicitSignalsResponse = Schemas["BatchSubmitImplicitSignalsResponse"];
/** BrainScore is the score of one model by the Brain. */
export type BrainScore = Schemas["BrainScore"];
/** BudgetState is the spending of the current day and its effect on recommendations. */
export type BudgetState = Schemas["BudgetState"];
/** CancelExperimentRequest names the experiment to cancel. */
export type CancelExperimentRequest = Schemas["CancelExperimentRequest"];
/** CancelExperimentResponse contains the experiment after the change. */
export type CancelExperimentResponse = Schemas["CancelExperimentResponse"];
/** CategoryCount contains counts of explicit feedback that names one category. */
export type CategoryCount = Schemas["CategoryCount"];
/** CellChange is a cell whose score was changed by a rebuild. */
export type CellChange = Schemas["CellChange"];
/** ClearTrustScoreRequest removes the pin from the trust score of a rater. */
export type ClearTrustScoreRequest = Schemas["ClearTrustScoreRequest"];
/** ClearTrustScoreResponse contains the trust score after the change. */
export type ClearTrustScoreResponse = Schemas["ClearTrustScoreResponse"];
/** ClientDecision is a decision as its client states it. The service cannot verify the propensity; EvaluatePolicy limits the weight of such a decision. */
export type ClientDecision = Schemas["ClientDecision"];
/** Comparison is the comparison of one treatment with the control by one metric. */
export type Comparison = Schemas["Comparison"];
/** CompleteExperimentRequest names the experiment to complete. */
export type CompleteExperimentRequest = Schemas["CompleteExperimentRequest"];
/** CompleteExperimentResponse contains the experiment after the change. */
export type CompleteExperimentResponse = Schemas["CompleteExperimentResponse"];
/** CreateExperimentRequest contains the experiment to create. */
export type CreateExperimentRequest = Schemas["CreateExperimentRequest"];
/** CreateExperimentResponse contains the draft. */
export type CreateExperimentResponse = Schemas["CreateExperimentResponse"];
/** Criterion is one criterion of deployment. */
export type Criterion = Schemas["Criterion"];
/** DayStats contains counts of the outputs of one day and of all feedback on these outputs, whenever it was given. */
export type DayStats = Schemas["DayStats"];
/**
 * DecisionExclusion is the reason why an evaluation does not use a decision.
 *
 * - DECISION_EXCLUSION_UNSPECIFIED: Not set.
 * - DECISION_EXCLUSION_NO_MANIFEST: No manifest names the decision.
 * - DECISION_EXCLUSION_OTHER_MODEL: The output did not use the chosen model, or used several models and the chosen one is unknown.
 * - DECISION_EXCLUSION_NO_PROPENSITY: The propensity is unknown.
 * - DECISION_EXCLUSION_UNKNOWN_CANDIDATES: The candidates are unknown, or the chosen model is not one of them.
 * - DECISION_EXCLUSION_CONTRADICTION: The manifest and the recorded decision of a client state different propensities.
 * - DECISION_EXCLUSION_NO_FEEDBACK: The user has given no feedback on the output yet.
 * - DECISION_EXCLUSION_LIMIT: The evaluation had reached its limit of 100,000 events with newer decisions.
 */
export type DecisionExclusion = Schemas["DecisionExclusion"];
/** DeleteModelAliasRequest names the alias to delete. */
export type DeleteModelAliasRequest = Schemas["DeleteModelAliasRequest"];
/** DeleteModelAliasResponse confirms that the alias is deleted. */
export type DeleteModelAliasResponse = Schemas["DeleteModelAliasResponse"];
/** Drift is a model whose mean score in the last week differs significantly from the four weeks before. */
export type Drift = Schemas["Drift"];
/** Erasure is the erasure of one user. It does not name the user once it is complete. */
export type Erasure = Schemas["Erasure"];
/** EvaluatePolicyRequest selects a strategy and the decisions to evaluate it on. */
export type EvaluatePolicyRequest = Schemas["EvaluatePolicyRequest"];
/** EvaluatePolicyResponse contains estimates of the mean score of a strategy. */
export type EvaluatePolicyResponse = Schemas["EvaluatePolicyResponse"];
/** EvaluationScore is a score of an output whose range is unknown, so that it is no vote. */
export type EvaluationScore = Schemas["EvaluationScore"];
/** EvaluationScore is a score of an output whose range is unknown, so that it is no vote. */
export type EvaluationScoreInput = Schemas["EvaluationScoreInput"];
/** Evaluator is a registered evaluator. */
export type Evaluator = Schemas["Evaluator"];
/** ExcludedDecisions is the number of decisions that an evaluation does not use for one reason. */
export type ExcludedDecisions = Schemas["ExcludedDecisions"];
/** ExecutionManifest is the provenance of one AI output: the request, the models that answered, their cost and the recommendation that was followed. It is immutable once recorded. */
export type ExecutionManifest = Schemas["ExecutionManifest"];
/** ExecutionManifest is the provenance of one AI output: the request, the models that answered, their cost and the recommendation that was followed. It is immutable once recorded. */
export type ExecutionManifestInput = Schemas["ExecutionManifestInput"];
/** Experiment compares ways of routing requests on real users. The first variant is the control. */
export type Experiment = Schemas["Experiment"];
/** Experiment compares ways of routing requests on real users. The first variant is the control. */
export type ExperimentInput = Schemas["ExperimentInput"];
/**
 * ExperimentState is the state of an experiment.
 *
 * - EXPERIMENT_STATE_UNSPECIFIED: Not set. Never returned.
 * - EXPERIMENT_STATE_DRAFT: In preparation. Assigns no users.
 * - EXPERIMENT_STATE_RUNNING: Running. Assigns users.
 * - EXPERIMENT_STATE_PAUSED: Paused. Assigns no users.
 * - EXPERIMENT_STATE_COMPLETED: Ended with results.
 * - EXPERIMENT_STATE_CANCELLED: Ended without results.
 */
export type ExperimentState = Schemas["ExperimentState"];
/**
 * ExperimentType is the object of an experiment. Later versions may add values.
 *
 * - EXPERIMENT_TYPE_UNSPECIFIED: Not set. Invalid in requests.
 * - EXPERIMENT_TYPE_MODEL_ROUTING: The model that answers.
 * - EXPERIMENT_TYPE_ORCHESTRATION: The orchestration that runs.
 * - EXPERIMENT_TYPE_SERVICE: The service that takes part.
 * - EXPERIMENT_TYPE_PROMPT: The prompt.
 */
export type ExperimentType = Schemas["ExperimentType"];
/** ExplainRecommendationRequest asks for an explanation of a recommendation. */
export type ExplainRecommendationRequest = Schemas["ExplainRecommendationRequest"];
/** ExplainRecommendationResponse contains each step from the counts to the ranking. */
export type ExplainRecommendationResponse = Schemas["ExplainRecommendationResponse"];
/** ExplicitFeedback is the opinion that a user gave deliberately: a rating with categories and a comment. There is one per output and user; a later one replaces it. */
export type ExplicitFeedback = Schemas["ExplicitFeedback"];
/** ExplicitFeedback is the opinion that a user gave deliberately: a rating with categories and a comment. There is one per output and user; a later one replaces it. */
export type ExplicitFeedbackInput = Schemas["ExplicitFeedbackInput"];
/** ExportUserRequest names the user to export. */
export type ExportUserRequest = Schemas["ExportUserRequest"];
/** ExportUserResponse is one record of a user. */
export type ExportUserResponse = Schemas["ExportUserResponse"];
/** Exposure states that a user saw a variant, with metrics that the client measured. */
export type Exposure = Schemas["Exposure"];
/**
 * FeedbackCategory is the aspect that a rating refers to. Later versions may add values.
 *
 * - FEEDBACK_CATEGORY_UNSPECIFIED: Not set. Invalid in requests.
 * - FEEDBACK_CATEGORY_ACCURACY: Correctness of the output.
 * - FEEDBACK_CATEGORY_RELEVANCE: Relevance to the question.
 * - FEEDBACK_CATEGORY_TONE: Tone.
 * - FEEDBACK_CATEGORY_FORMAT: Layout and format.
 * - FEEDBACK_CATEGORY_SPEED: Speed of the response.
 * - FEEDBACK_CATEGORY_SAFETY: Harmlessness.
 * - FEEDBACK_CATEGORY_CREATIVITY: Originality.
 * - FEEDBACK_CATEGORY_COMPLETENESS: Completeness.
 * - FEEDBACK_CATEGORY_OTHER: Any other aspect.
 */
export type FeedbackCategory = Schemas["FeedbackCategory"];
/** FeedbackCounts contains counts of current feedback by kind. */
export type FeedbackCounts = Schemas["FeedbackCounts"];
/**
 * FeedbackKind is a kind of feedback.
 *
 * - FEEDBACK_KIND_UNSPECIFIED: Not set. Invalid in requests.
 * - FEEDBACK_KIND_EXPLICIT: Explicit feedback: ratings, categories and comments.
 * - FEEDBACK_KIND_IMPLICIT: Implicit signals.
 * - FEEDBACK_KIND_VOICE: Voice comments.
 */
export type FeedbackKind = Schemas["FeedbackKind"];
/**
 * FeedbackSource is the place where feedback was given. Later versions may add values.
 *
 * - FEEDBACK_SOURCE_UNSPECIFIED: Not set. Invalid in requests.
 * - FEEDBACK_SOURCE_THINKTANK: The chat product.
 * - FEEDBACK_SOURCE_API: A program.
 * - FEEDBACK_SOURCE_ADMIN: The console.
 */
export type FeedbackSource = Schemas["FeedbackSource"];
/** FieldProblem describes one invalid field. */
export type FieldProblem = Schemas["FieldProblem"];
/** ForgetUserRequest names the user to erase. */
export type ForgetUserRequest = Schemas["ForgetUserRequest"];
/** ForgetUserResponse confirms that the data of this service is erased. */
export type ForgetUserResponse = Schemas["ForgetUserResponse"];
/** GetConversationSummaryRequest names one conversation. */
export type GetConversationSummaryRequest = Schemas["GetConversationSummaryRequest"];
/** GetConversationSummaryResponse is a summary of the feedback on a conversation. */
export type GetConversationSummaryResponse = Schemas["GetConversationSummaryResponse"];
/** GetExperimentRequest names one experiment. */
export type GetExperimentRequest = Schemas["GetExperimentRequest"];
/** GetExperimentResponse contains one experiment. */
export type GetExperimentResponse = Schemas["GetExperimentResponse"];
/** GetFeedbackStatsRequest names one output. */
export type GetFeedbackStatsRequest = Schemas["GetFeedbackStatsRequest"];
/** GetFeedbackStatsResponse contains counts of the feedback on one output. */
export type GetFeedbackStatsResponse = Schemas["GetFeedbackStatsResponse"];
/** GetLearningStatusRequest selects the tenant. */
export type GetLearningStatusRequest = Schemas["GetLearningStatusRequest"];
/** GetLearningStatusResponse is the progress of the learning. */
export type GetLearningStatusResponse = Schemas["GetLearningStatusResponse"];
/** GetOutputRequest names one output. */
export type GetOutputRequest = Schemas["GetOutputRequest"];
/** GetOutputResponse is one output with its current feedback. */
export type GetOutputResponse = Schemas["GetOutputResponse"];
/** GetRecommendationRequest asks for one recommendation. */
export type GetRecommendationRequest = Schemas["GetRecommendationRequest"];
/** GetRecommendationResponse contains one recommendation. */
export type GetRecommendationResponse = Schemas["GetRecommendationResponse"];
/** GetResultsRequest names the experiment to analyse. */
export type GetResultsRequest = Schemas["GetResultsRequest"];
/** GetResultsResponse contains the analysis of an experiment. */
export type GetResultsResponse = Schemas["GetResultsResponse"];
/** GetRolloutRequest names the experiment of a rollout. */
export type GetRolloutRequest = Schemas["GetRolloutRequest"];
/** GetRolloutResponse contains the rollout of an experiment. */
export type GetRolloutResponse = Schemas["GetRolloutResponse"];
/** GetTenantFeedbackStatsRequest selects the outputs of a tenant by time. */
export type GetTenantFeedbackStatsRequest = Schemas["GetTenantFeedbackStatsRequest"];
/** GetTenantFeedbackStatsResponse contains counts of the outputs of a tenant and the feedback on them. */
export type GetTenantFeedbackStatsResponse = Schemas["GetTenantFeedbackStatsResponse"];
/** GetTenantSettingsRequest selects the tenant. */
export type GetTenantSettingsRequest = Schemas["GetTenantSettingsRequest"];
/** GetTenantSettingsResponse contains the settings of a tenant. */
export type GetTenantSettingsResponse = Schemas["GetTenantSettingsResponse"];
/** GetVoiceAudioRequest names one recording. */
export type GetVoiceAudioRequest = Schemas["GetVoiceAudioRequest"];
/** GetVoiceAudioResponse is one part of a recording. */
export type GetVoiceAudioResponse = Schemas["GetVoiceAudioResponse"];
/** GetVoiceFeedbackRequest names one voice comment. */
export type GetVoiceFeedbackRequest = Schemas["GetVoiceFeedbackRequest"];
/** GetVoiceFeedbackResponse contains one voice comment. */
export type GetVoiceFeedbackResponse = Schemas["GetVoiceFeedbackResponse"];
/** GetVoiceQueueRequest selects the tenant. */
export type GetVoiceQueueRequest = Schemas["GetVoiceQueueRequest"];
/** GetVoiceQueueResponse describes the queue of transcriptions. */
export type GetVoiceQueueResponse = Schemas["GetVoiceQueueResponse"];
/** GetWidgetConfigRequest names the user and the output of a feedback widget. */
export type GetWidgetConfigRequest = Schemas["GetWidgetConfigRequest"];
/** GetWidgetConfigResponse is the configuration of a feedback widget. */
export type GetWidgetConfigResponse = Schemas["GetWidgetConfigResponse"];
/** IgnoredOutputs counts outputs that are not analysed, because the assignment does not give their users the variant that the manifest or the exposure names. */
export type IgnoredOutputs = Schemas["IgnoredOutputs"];
/** ImplicitSignal is one observed action of a user on an output. Every occurrence is stored. For learning, each signal type counts once per output and user. */
export type ImplicitSignal = Schemas["ImplicitSignal"];
/** ImplicitSignal is one observed action of a user on an output. Every occurrence is stored. For learning, each signal type counts once per output and user. */
export type ImplicitSignalInput = Schemas["ImplicitSignalInput"];
/** VoiceFeedback describes a voice comment. Its audio follows in chunks. */
export type IngestVoiceFeedback = Schemas["IngestVoiceFeedback"];
/**
 * ItemOutcome is the outcome for one item. After every outcome but rejected, a repeat is not needed: the item is durable or superseded.
 *
 * - ITEM_OUTCOME_UNSPECIFIED: Not set. Never returned.
 * - ITEM_OUTCOME_ACCEPTED: The item was stored.
 * - ITEM_OUTCOME_DUPLICATE: The item had been stored before. No change.
 * - ITEM_OUTCOME_REPLACED: The item was stored and replaced an earlier rating of the user on the output.
 * - ITEM_OUTCOME_SUPERSEDED: The item was not stored because a later rating of the user on the output exists.
 * - ITEM_OUTCOME_REJECTED: The item was rejected because of its content. A repeat is rejected again; the error names the field.
 */
export type ItemOutcome = Schemas["ItemOutcome"];
/** ItemResult is the result of one item of a batch. */
export type ItemResult = Schemas["ItemResult"];
/** LearnOutputRequest names the output to learn. */
export type LearnOutputRequest = Schemas["LearnOutputRequest"];
/** LearnOutputResponse contains the contribution of the feedback on one output. */
export type LearnOutputResponse = Schemas["LearnOutputResponse"];
/**
 * LearningMode is the rule by which a unit of feedback is counted. A unit is the feedback of one user on one output.
 *
 * - LEARNING_MODE_UNSPECIFIED: Not set.
 * - LEARNING_MODE_RUNNING_MEAN: Each unit counts 1.
 * - LEARNING_MODE_EVIDENCE_WEIGHTED: Each unit counts its evidence, in [0.1, 1], so that feedback with a low trust weight counts less.
 */
export type LearningMode = Schemas["LearningMode"];
/** ListAuditEntriesRequest selects the entries that match every filter that is set. */
export type ListAuditEntriesRequest = Schemas["ListAuditEntriesRequest"];
/** ListAuditEntriesResponse is one page of entries. */
export type ListAuditEntriesResponse = Schemas["ListAuditEntriesResponse"];
/** ListBatchRunsRequest selects a page of nightly runs. */
export type ListBatchRunsRequest = Schemas["ListBatchRunsRequest"];
/** ListBatchRunsResponse is one page of nightly runs. */
export type ListBatchRunsResponse = Schemas["ListBatchRunsResponse"];
/** ListErasuresRequest selects the erasures of a tenant. */
export type ListErasuresRequest = Schemas["ListErasuresRequest"];
/** ListErasuresResponse is one page of erasures. */
export type ListErasuresResponse = Schemas["ListErasuresResponse"];
/** ListEvaluatorsRequest names the tenant. */
export type ListEvaluatorsRequest = Schemas["ListEvaluatorsRequest"];
/** ListEvaluatorsResponse contains the evaluators of a tenant. */
export type ListEvaluatorsResponse = Schemas["ListEvaluatorsResponse"];
/** ListExperimentsRequest selects experiments. */
export type ListExperimentsRequest = Schemas["ListExperimentsRequest"];
/** ListExperimentsResponse is one page of experiments. */
export type ListExperimentsResponse = Schemas["ListExperimentsResponse"];
/** ListModelAliasesRequest selects a page of aliases. */
export type ListModelAliasesRequest = Schemas["ListModelAliasesRequest"];
/** ListModelAliasesResponse contains a page of aliases. */
export type ListModelAliasesResponse = Schemas["ListModelAliasesResponse"];
/** ListModelScoresRequest selects learned scores. */
export type ListModelScoresRequest = Schemas["ListModelScoresRequest"];
/** ListModelScoresResponse is one page of learned scores. */
export type ListModelScoresResponse = Schemas["ListModelScoresResponse"];
/** ListOutputsRequest selects the outputs that match every filter that is set. */
export type ListOutputsRequest = Schemas["ListOutputsRequest"];
/** ListOutputsResponse is one page of outputs. */
export type ListOutputsResponse = Schemas["ListOutputsResponse"];
/** ListTrustScoresRequest selects trust scores. */
export type ListTrustScoresRequest = Schemas["ListTrustScoresRequest"];
/** ListTrustScoresResponse is one page of trust scores. */
export type ListTrustScoresResponse = Schemas["ListTrustScoresResponse"];
/** ListUnmatchedFeedbackRequest selects a page. */
export type ListUnmatchedFeedbackRequest = Schemas["ListUnmatchedFeedbackRequest"];
/** ListUnmatchedFeedbackResponse contains a page of outputs without a manifest. */
export type ListUnmatchedFeedbackResponse = Schemas["ListUnmatchedFeedbackResponse"];
/** ListVoiceFeedbackRequest selects the voice feedback that matches every filter that is set. */
export type ListVoiceFeedbackRequest = Schemas["ListVoiceFeedbackRequest"];
/** ListVoiceFeedbackResponse is one page of voice feedback. */
export type ListVoiceFeedbackResponse = Schemas["ListVoiceFeedbackResponse"];
/** LookedComparison is the comparison of one treatment with the control by one metric in an interim result. */
export type LookedComparison = Schemas["LookedComparison"];
/** ManifestStep is one model call within an orchestration. */
export type ManifestStep = Schemas["ManifestStep"];
/** ManifestStep is one model call within an orchestration. */
export type ManifestStepInput = Schemas["ManifestStepInput"];
/** MatchFeedbackRequest states the output that feedback belongs to. */
export type MatchFeedbackRequest = Schemas["MatchFeedbackRequest"];
/** MatchFeedbackResponse confirms that the match is stored. */
export type MatchFeedbackResponse = Schemas["MatchFeedbackResponse"];
/** MeasuredOutputs counts the answered outputs of a variant in one epoch, and those with a known value of a metric; or all calls that were not cancelled, and those that answered. */
export type MeasuredOutputs = Schemas["MeasuredOutputs"];
/** Metric is a quantity that an experiment measures. */
export type Metric = Schemas["Metric"];
/**
 * MetricDirection is the direction in which a metric improves.
 *
 * - METRIC_DIRECTION_UNSPECIFIED: Not set. Invalid in requests.
 * - METRIC_DIRECTION_UP: Larger values are better.
 * - METRIC_DIRECTION_DOWN: Smaller values are better.
 */
export type MetricDirection = Schemas["MetricDirection"];
/** Metric is a quantity that an experiment measures. */
export type MetricInput = Schemas["MetricInput"];
/** MixedScore is the combined score of one model with its parts. */
export type MixedScore = Schemas["MixedScore"];
/** ModelAlias is another name of a model. */
export type ModelAlias = Schemas["ModelAlias"];
/** ModelExplanation explains the rank of one candidate. */
export type ModelExplanation = Schemas["ModelExplanation"];
/** ModelProfile contains the properties of a model as known to the Brain. */
export type ModelProfile = Schemas["ModelProfile"];
/** ModelReliability counts the calls of a model within the window of the error rates, one hour by default. Only outputs of one model count. */
export type ModelReliability = Schemas["ModelReliability"];
/** ModelScore is one learned cell: a model, task and domain at one scope. */
export type ModelScore = Schemas["ModelScore"];
/** ModelStats contains counts of the outputs of one model and the feedback on them. */
export type ModelStats = Schemas["ModelStats"];
/** Outcome is the result of the call that a manifest describes. */
export type Outcome = Schemas["Outcome"];
/** Outcome is the result of the call that a manifest describes. */
export type OutcomeInput = Schemas["OutcomeInput"];
/**
 * OutcomeStatus is the kind of the result of a call.
 *
 * - OUTCOME_STATUS_UNSPECIFIED: Not set. Invalid in requests.
 * - OUTCOME_STATUS_OK: The call answered.
 * - OUTCOME_STATUS_ERROR: The call failed.
 * - OUTCOME_STATUS_CANCELLED: The caller cancelled the call.
 * - OUTCOME_STATUS_TIMEOUT: The call did not answer in time.
 */
export type OutcomeStatus = Schemas["OutcomeStatus"];
/** OutputEntry is one output of a list. */
export type OutputEntry = Schemas["OutputEntry"];
/** OutputSummary is a summary of the feedback on one output. */
export type OutputSummary = Schemas["OutputSummary"];
/** PauseExperimentRequest names the experiment to pause. */
export type PauseExperimentRequest = Schemas["PauseExperimentRequest"];
/** PauseExperimentResponse contains the experiment after the change. */
export type PauseExperimentResponse = Schemas["PauseExperimentResponse"];
/** PinTrustScoreRequest pins the trust weight of a rater. */
export type PinTrustScoreRequest = Schemas["PinTrustScoreRequest"];
/** PinTrustScoreResponse contains the trust score after the change. */
export type PinTrustScoreResponse = Schemas["PinTrustScoreResponse"];
/** PlanSampleSizeRequest contains the parameters of a sample size computation. */
export type PlanSampleSizeRequest = Schemas["PlanSampleSizeRequest"];
/** PlanSampleSizeResponse contains the required size of an experiment. */
export type PlanSampleSizeResponse = Schemas["PlanSampleSizeResponse"];
/** PolicyEstimate is the estimate of a strategy's mean score by one estimator. */
export type PolicyEstimate = Schemas["PolicyEstimate"];
/** PriorStrength is the weight of one level of the hierarchy as a prior of the next narrower level. */
export type PriorStrength = Schemas["PriorStrength"];
/** ProviderHealth is the health of a provider as seen by the Brain at the time of routing. */
export type ProviderHealth = Schemas["ProviderHealth"];
/** ProviderHealth is the health of a provider as seen by the Brain at the time of routing. */
export type ProviderHealthInput = Schemas["ProviderHealthInput"];
/** RankModelsRequest contains scores of the Brain to combine with the learned scores. */
export type RankModelsRequest = Schemas["RankModelsRequest"];
/** RankModelsResponse ranks models by (1 - w) * brain_score + w * neural_score, where w = 0.35 * min(1, confidence / confidence_threshold). */
export type RankModelsResponse = Schemas["RankModelsResponse"];
/** RankedModel is one candidate with its estimate. */
export type RankedModel = Schemas["RankedModel"];
/**
 * Rating is a rating by thumb.
 *
 * - RATING_UNSPECIFIED: Not set. Invalid in requests.
 * - RATING_NEGATIVE: Thumb down.
 * - RATING_NEUTRAL: Neutral.
 * - RATING_POSITIVE: Thumb up.
 */
export type Rating = Schemas["Rating"];
/** Recommendation is a chosen model with the reasons of the choice. */
export type Recommendation = Schemas["Recommendation"];
/** RecommendationContext describes the user, the task and the constraints of a recommendation. */
export type RecommendationContext = Schemas["RecommendationContext"];
/** RecordDecisionsRequest contains decisions that a client made without a call. */
export type RecordDecisionsRequest = Schemas["RecordDecisionsRequest"];
/** RecordDecisionsResponse states how many decisions were stored. Decisions of erased users are not stored and not counted. */
export type RecordDecisionsResponse = Schemas["RecordDecisionsResponse"];
/** RecordEvaluationScoresRequest carries scores of evaluations. */
export type RecordEvaluationScoresRequest = Schemas["RecordEvaluationScoresRequest"];
/** RecordEvaluationScoresResponse contains the number of scores by result. */
export type RecordEvaluationScoresResponse = Schemas["RecordEvaluationScoresResponse"];
/** RecordExposuresRequest carries exposures. */
export type RecordExposuresRequest = Schemas["RecordExposuresRequest"];
/** RecordExposuresResponse confirms that the exposures are durable. */
export type RecordExposuresResponse = Schemas["RecordExposuresResponse"];
/** RecordManifestRequest carries one manifest. */
export type RecordManifestRequest = Schemas["RecordManifestRequest"];
/** RecordManifestResponse confirms that the manifest is durable. */
export type RecordManifestResponse = Schemas["RecordManifestResponse"];
/** RecordOutcomeRequest contains the outcome of the call behind one output, and values that its manifest does not state. */
export type RecordOutcomeRequest = Schemas["RecordOutcomeRequest"];
/** RecordOutcomeResponse confirms that the outcome is durable. */
export type RecordOutcomeResponse = Schemas["RecordOutcomeResponse"];
/** RecordTraceRequest carries spans of traces. */
export type RecordTraceRequest = Schemas["RecordTraceRequest"];
/** RecordTraceResponse states how many manifests were stored. */
export type RecordTraceResponse = Schemas["RecordTraceResponse"];
/** RefusedModel is a candidate that does not meet a constraint. */
export type RefusedModel = Schemas["RefusedModel"];
/** RegisterEvaluatorRequest names the evaluator to register. */
export type RegisterEvaluatorRequest = Schemas["RegisterEvaluatorRequest"];
/** RegisterEvaluatorResponse contains the registered evaluator. */
export type RegisterEvaluatorResponse = Schemas["RegisterEvaluatorResponse"];
/** RemoveEvaluatorRequest names the evaluator to remove. */
export type RemoveEvaluatorRequest = Schemas["RemoveEvaluatorRequest"];
/** RemoveEvaluatorResponse confirms that the evaluator is removed. */
export type RemoveEvaluatorResponse = Schemas["RemoveEvaluatorResponse"];
/**
 * RequestType is the kind of a request.
 *
 * - REQUEST_TYPE_UNSPECIFIED: Not set. Invalid in requests.
 * - REQUEST_TYPE_CHAT: One turn of a conversation.
 * - REQUEST_TYPE_COMPLETION: A completion outside a conversation.
 * - REQUEST_TYPE_ORCHESTRATION: Several steps run by an orchestration.
 * - REQUEST_TYPE_SERVICE: A call by another service.
 */
export type RequestType = Schemas["RequestType"];
/** ResultLook is a stored interim result. */
export type ResultLook = Schemas["ResultLook"];
/** Results is the analysis of an experiment at one time. */
export type Results = Schemas["Results"];
/** ResumeExperimentRequest names the experiment to resume. */
export type ResumeExperimentRequest = Schemas["ResumeExperimentRequest"];
/** ResumeExperimentResponse contains the experiment after the change. */
export type ResumeExperimentResponse = Schemas["ResumeExperimentResponse"];
/** RetractFeedbackRequest names the feedback to retract. */
export type RetractFeedbackRequest = Schemas["RetractFeedbackRequest"];
/** RetractFeedbackResponse confirms that the retraction is durable. */
export type RetractFeedbackResponse = Schemas["RetractFeedbackResponse"];
/** RetryVoiceFeedbackRequest names the voice feedback to transcribe again. */
export type RetryVoiceFeedbackRequest = Schemas["RetryVoiceFeedbackRequest"];
/** RetryVoiceFeedbackResponse contains the outcome for each voice comment. */
export type RetryVoiceFeedbackResponse = Schemas["RetryVoiceFeedbackResponse"];
/** RollBackRequest rolls back a rollout. */
export type RollBackRequest = Schemas["RollBackRequest"];
/** RollBackResponse contains the rollout after it was rolled back. */
export type RollBackResponse = Schemas["RollBackResponse"];
/** Rollout is the stepwise increase of the share of users in treatment to 100 percent. */
export type Rollout = Schemas["Rollout"];
/** RolloutDecision is one decision of a rollout with the numbers it is based on. */
export type RolloutDecision = Schemas["RolloutDecision"];
/** RolloutPlan is the schedule of a rollout. */
export type RolloutPlan = Schemas["RolloutPlan"];
/** RolloutPlan is the schedule of a rollout. */
export type RolloutPlanInput = Schemas["RolloutPlanInput"];
/**
 * RolloutState is the state of a rollout.
 *
 * - ROLLOUT_STATE_UNSPECIFIED: Not set. Never returned.
 * - ROLLOUT_STATE_RUNNING: In progress.
 * - ROLLOUT_STATE_WAITING: Waiting for an approval.
 * - ROLLOUT_STATE_FINISHED: Finished: all users are in treatment.
 * - ROLLOUT_STATE_ROLLED_BACK: Rolled back: no user is in treatment.
 */
export type RolloutState = Schemas["RolloutState"];
/** RunBatchLearningRequest starts a run. */
export type RunBatchLearningRequest = Schemas["RunBatchLearningRequest"];
/** RunBatchLearningResponse is the report of a run. */
export type RunBatchLearningResponse = Schemas["RunBatchLearningResponse"];
/** SampleRatio is the test of the observed against the planned shares of users in one epoch. */
export type SampleRatio = Schemas["SampleRatio"];
/**
 * Scope is the set of users whose feedback an estimate is based on.
 *
 * - SCOPE_UNSPECIFIED: Not set. In answers: no scope has feedback.
 * - SCOPE_USER: Feedback of one user.
 * - SCOPE_TENANT: Feedback of all users of one tenant.
 * - SCOPE_GLOBAL: Feedback of all tenants that take part in global learning. Scores, evidence and counts have noise, change once per period (24 hours by default), and are absent for cells with few tenants. Counts are derived from the noised sums: positive_count and total_count stand for good and all evidence, and signals are not counted apart.
 */
export type Scope = Schemas["Scope"];
/** ScopeEvidence is the evidence on a model at one level of the hierarchy. */
export type ScopeEvidence = Schemas["ScopeEvidence"];
/** SetModelAliasRequest contains the alias to set. */
export type SetModelAliasRequest = Schemas["SetModelAliasRequest"];
/** SetModelAliasResponse contains the stored alias. */
export type SetModelAliasResponse = Schemas["SetModelAliasResponse"];
/** SignalCount contains counts of implicit signals of one type. */
export type SignalCount = Schemas["SignalCount"];
/**
 * SignalType is the type of an observed action. Each type has a fixed sentiment in [-1, 1].
 *
 * - SIGNAL_TYPE_UNSPECIFIED: Not set. Invalid in requests.
 * - SIGNAL_TYPE_FAVORITE_ADDED: The user marked the response as a favorite. Sentiment +0.9.
 * - SIGNAL_TYPE_SHARE_RESPONSE: The user shared the response. Sentiment +0.9.
 * - SIGNAL_TYPE_COPY_RESPONSE: The user copied the response. Sentiment +0.7.
 * - SIGNAL_TYPE_EXPORT_RESPONSE: The user exported the response. Sentiment +0.6.
 * - SIGNAL_TYPE_CONTINUE_CONVERSATION: The user continued the conversation. Sentiment +0.3.
 * - SIGNAL_TYPE_SCROLL_TO_END: The user scrolled to the end of the response. Sentiment +0.2.
 * - SIGNAL_TYPE_RESPONSE_TIME_SHORT: The user replied after a short time. Sentiment +0.2.
 * - SIGNAL_TYPE_EDIT_AND_RESEND: The user edited the prompt and sent it again. Sentiment 0.
 * - SIGNAL_TYPE_RESPONSE_TIME_LONG: The user replied after a long time. Sentiment 0.
 * - SIGNAL_TYPE_ABANDON_CONVERSATION: The user left the conversation. Sentiment -0.3.
 * - SIGNAL_TYPE_SCROLL_BOUNCE: The user scrolled away immediately. Sentiment -0.4.
 * - SIGNAL_TYPE_MANUAL_MODEL_SWITCH: The user switched to another model. Sentiment -0.6.
 * - SIGNAL_TYPE_ABANDON_MID_RESPONSE: The user left while the response was being written. Sentiment -0.7.
 * - SIGNAL_TYPE_REGENERATE: The user requested another response. Sentiment -0.8.
 * - SIGNAL_TYPE_REPORT_CONTENT: The user reported the content. Sentiment -1.
 */
export type SignalType = Schemas["SignalType"];
/** StartExperimentRequest names the draft to start. */
export type StartExperimentRequest = Schemas["StartExperimentRequest"];
/** StartExperimentResponse contains the experiment after the change. */
export type StartExperimentResponse = Schemas["StartExperimentResponse"];
/** StartRolloutRequest starts the rollout of a treatment. */
export type StartRolloutRequest = Schemas["StartRolloutRequest"];
/** StartRolloutResponse contains the rollout. */
export type StartRolloutResponse = Schemas["StartRolloutResponse"];
/**
 * Strategy is the rule that chooses a model from the estimates. Later versions may add values.
 *
 * - STRATEGY_UNSPECIFIED: The strategy of the service's settings.
 * - STRATEGY_GREEDY: The model with the highest estimate.
 * - STRATEGY_THOMPSON: Thompson sampling: each model with the probability that it is the best.
 * - STRATEGY_EPSILON_GREEDY: The model with the highest estimate, or with a small probability a random model.
 * - STRATEGY_SCOPE_FALLBACK: The model with the highest score at the first scope with enough confidence, in the order user, tenant, global.
 */
export type Strategy = Schemas["Strategy"];
/** StreamSignalsRequest is one batch on a stream. A batch may contain explicit feedback and implicit signals, together 1 to 1,000 items. */
export type StreamSignalsRequest = Schemas["StreamSignalsRequest"];
/** StreamSignalsResponse acknowledges one batch after its commit. */
export type StreamSignalsResponse = Schemas["StreamSignalsResponse"];
/** SubmitExplicitFeedbackRequest carries the explicit feedback of one user on one output. */
export type SubmitExplicitFeedbackRequest = Schemas["SubmitExplicitFeedbackRequest"];
/** SubmitExplicitFeedbackResponse confirms that the feedback is durable or superseded. */
export type SubmitExplicitFeedbackResponse = Schemas["SubmitExplicitFeedbackResponse"];
/** SubmitImplicitSignalRequest carries one implicit signal. */
export type SubmitImplicitSignalRequest = Schemas["SubmitImplicitSignalRequest"];
/** SubmitImplicitSignalResponse confirms that the signal is durable. */
export type SubmitImplicitSignalResponse = Schemas["SubmitImplicitSignalResponse"];
/** SubmitVoiceFeedbackRequest is one part of a voice comment: the header or a chunk of audio. */
export type SubmitVoiceFeedbackRequest = Schemas["SubmitVoiceFeedbackRequest"];
/** SubmitVoiceFeedbackResponse confirms that the voice comment is durable and queued for transcription. */
export type SubmitVoiceFeedbackResponse = Schemas["SubmitVoiceFeedbackResponse"];
/** TableEntry is the ranking of the models in one context. */
export type TableEntry = Schemas["TableEntry"];
/** Targeting selects the users that an experiment covers: those who match all conditions. */
export type Targeting = Schemas["Targeting"];
/** Targeting selects the users that an experiment covers: those who match all conditions. */
export type TargetingInput = Schemas["TargetingInput"];
/** TenantSettings are the learning settings of a tenant. */
export type TenantSettings = Schemas["TenantSettings"];
/** TenantSettings are the learning settings of a tenant. */
export type TenantSettingsInput = Schemas["TenantSettingsInput"];
/**
 * ThermalState is the readiness of a model to serve.
 *
 * - THERMAL_STATE_UNSPECIFIED: Not set. Invalid in requests.
 * - THERMAL_STATE_OFF: Not loaded, and loading is disabled.
 * - THERMAL_STATE_COLD: Not loaded.
 * - THERMAL_STATE_WARM: Loaded and idle.
 * - THERMAL_STATE_HOT: Loaded and serving.
 */
export type ThermalState = Schemas["ThermalState"];
/** TraceSpan is a span of a trace, with the values that its descendants inherit and the output that it produced. */
export type TraceSpan = Schemas["TraceSpan"];
/** TranscribeHeader contains the options of a transcription. */
export type TranscribeHeader = Schemas["TranscribeHeader"];
/** TranscribeRequest is one part of a recording: the header or a chunk of the file. */
export type TranscribeRequest = Schemas["TranscribeRequest"];
/** TranscribeResponse contains the result of a transcription. */
export type TranscribeResponse = Schemas["TranscribeResponse"];
/** Transcript is the result of speech recognition on a recording. */
export type Transcript = Schemas["Transcript"];
/** TranscriptSegment is a part of a recording in one language. */
export type TranscriptSegment = Schemas["TranscriptSegment"];
/** TranslateTextRequest contains a text to translate. */
export type TranslateTextRequest = Schemas["TranslateTextRequest"];
/** TranslateTextResponse contains a translation. */
export type TranslateTextResponse = Schemas["TranslateTextResponse"];
/** TrustFactor is one factor of a trust weight. */
export type TrustFactor = Schemas["TrustFactor"];
/** TrustScore is the trust weight of a rater with its factors. */
export type TrustScore = Schemas["TrustScore"];
/** UnitContribution is the contribution of one unit: the feedback of one user on one output. */
export type UnitContribution = Schemas["UnitContribution"];
/** UnmatchedFeedback is the feedback under an output id without a manifest. */
export type UnmatchedFeedback = Schemas["UnmatchedFeedback"];
/** UpdateExperimentRequest contains the new definition of an experiment. */
export type UpdateExperimentRequest = Schemas["UpdateExperimentRequest"];
/** UpdateExperimentResponse contains the experiment after the change. */
export type UpdateExperimentResponse = Schemas["UpdateExperimentResponse"];
/** UpdateTenantSettingsRequest replaces the settings of a tenant. */
export type UpdateTenantSettingsRequest = Schemas["UpdateTenantSettingsRequest"];
/** UpdateTenantSettingsResponse contains the settings after the change. */
export type UpdateTenantSettingsResponse = Schemas["UpdateTenantSettingsResponse"];
/** Variant is one way of routing. */
export type Variant = Schemas["Variant"];
/** VariantCount contains counts of one variant in one epoch. */
export type VariantCount = Schemas["VariantCount"];
/** Variant is one way of routing. */
export type VariantInput = Schemas["VariantInput"];
/** VerifyAuditLogRequest names the log to verify. */
export type VerifyAuditLogRequest = Schemas["VerifyAuditLogRequest"];
/** VerifyAuditLogResponse is the result of the verification. */
export type VerifyAuditLogResponse = Schemas["VerifyAuditLogResponse"];
/** VoiceDepth is the number of voice comments with one status. */
export type VoiceDepth = Schemas["VoiceDepth"];
/** VoiceHeader describes a voice comment. */
export type VoiceHeader = Schemas["VoiceHeader"];
/**
 * VoiceStatus is the state of a transcription. Later versions may add values.
 *
 * - VOICE_STATUS_UNSPECIFIED: Not set.
 * - VOICE_STATUS_PENDING: Waiting for a worker, for the first or a later attempt.
 * - VOICE_STATUS_PROCESSING: In progress.
 * - VOICE_STATUS_COMPLETED: Transcribed. The comment counts as feedback.
 * - VOICE_STATUS_FAILED: Failed. `error_code` states the error.
 * - VOICE_STATUS_NO_SPEECH: Complete. The recording contains no speech.
 */
export type VoiceStatus = Schemas["VoiceStatus"];
/** VoiceFeedback is a voice comment on an output with the state of its transcription. */
export type VoiceVoiceFeedback = Schemas["VoiceVoiceFeedback"];
/** WatchExperimentsRequest selects the tenant. */
export type WatchExperimentsRequest = Schemas["WatchExperimentsRequest"];
/** WatchExperimentsResponse contains the running experiments, or is a keepalive. */
export type WatchExperimentsResponse = Schemas["WatchExperimentsResponse"];
/** WatchRecommendationsRequest selects the entries of the table. */
export type WatchRecommendationsRequest = Schemas["WatchRecommendationsRequest"];
/** WatchRecommendationsResponse is a part of the table or a keepalive. */
export type WatchRecommendationsResponse = Schemas["WatchRecommendationsResponse"];
/**
 * WinnerRule is the condition under which a treatment wins.
 *
 * - WINNER_RULE_UNSPECIFIED: Superiority.
 * - WINNER_RULE_SUPERIORITY: Quality is better.
 * - WINNER_RULE_NOT_INFERIOR_CHEAPER: Quality is not worse and cost is lower.
 * - WINNER_RULE_NOT_INFERIOR_FASTER: Quality is not worse and latency is lower.
 */
export type WinnerRule = Schemas["WinnerRule"];
export {};

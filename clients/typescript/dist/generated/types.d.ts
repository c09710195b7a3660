import type { components } from "./openapi.js";
type Schemas = components["schemas"];
/** An error (RFC 9457). */
export type Problem = Schemas["Problem"];
/** ApproveRolloutStepRequest approves the next step. */
export type ApproveRolloutStepRequest = Schemas["ApproveRolloutStepRequest"];
/** ApproveRolloutStepResponse shows the rollout after the approval. */
export type ApproveRolloutStepResponse = Schemas["ApproveRolloutStepResponse"];
/**
 * AskReason is why a user is asked for an opinion, or not.
 *
 * - ASK_REASON_UNSPECIFIED: Not known: user or output are not named, or the output's manifest is not here.
 * - ASK_REASON_FIRST_OUTPUTS: Asked: one of the user's first outputs.
 * - ASK_REASON_LOW_CONFIDENCE: Asked: the Brain was not sure of its choice.
 * - ASK_REASON_VERIFICATION_FAILED: Asked: a check of the answer failed.
 * - ASK_REASON_CONTRADICTION: Asked: the answer contradicts something.
 * - ASK_REASON_SAMPLED: Asked: drawn.
 * - ASK_REASON_NOT_SAMPLED: Not asked: not drawn.
 * - ASK_REASON_FATIGUE: Not asked: the user was asked often enough of late.
 * - ASK_REASON_ANSWERED: Not asked: the user has said something already.
 */
export type AskReason = Schemas["AskReason"];
/** AssignVariantRequest asks which variant a user sees. */
export type AssignVariantRequest = Schemas["AssignVariantRequest"];
/** AssignVariantResponse tells the variant. */
export type AssignVariantResponse = Schemas["AssignVariantResponse"];
/** Assignment is the variant that a user sees. */
export type Assignment = Schemas["Assignment"];
/** AssignmentContext says who is to be assigned, and for what. */
export type AssignmentContext = Schemas["AssignmentContext"];
/** AttributeCondition covers users whose attribute has one of some values. */
export type AttributeCondition = Schemas["AttributeCondition"];
/** AttributeCondition covers users whose attribute has one of some values. */
export type AttributeConditionInput = Schemas["AttributeConditionInput"];
/** AuditEntry says who changed what, when and why. */
export type AuditEntry = Schemas["AuditEntry"];
/** BatchAssignVariantsRequest asks for many users. */
export type BatchAssignVariantsRequest = Schemas["BatchAssignVariantsRequest"];
/** BatchAssignVariantsResponse tells the variants. */
export type BatchAssignVariantsResponse = Schemas["BatchAssignVariantsResponse"];
/** BatchGetRecommendationsRequest asks for many models. */
export type BatchGetRecommendationsRequest = Schemas["BatchGetRecommendationsRequest"];
/** BatchGetRecommendationsResponse answers each context in order. */
export type BatchGetRecommendationsResponse = Schemas["BatchGetRecommendationsResponse"];
/** BatchRecordManifestsRequest asks to record many manifests. */
export type BatchRecordManifestsRequest = Schemas["BatchRecordManifestsRequest"];
/** BatchRecordManifestsResponse tells what became of each manifest. */
export type BatchRecordManifestsResponse = Schemas["BatchRecordManifestsResponse"];
/** BatchRefusal tells why nothing of a batch was stored. */
export type BatchRefusal = Schemas["BatchRefusal"];
/** BatchRun is a nightly run, under way or ended. */
export type BatchRun = Schemas["BatchRun"];
/** BatchRunRecord is a nightly run and its report. */
export type BatchRunRecord = Schemas["BatchRunRecord"];
/**
 * BatchRunState is the state of a nightly run.
 *
 * - BATCH_RUN_STATE_UNSPECIFIED: Never sent.
 * - BATCH_RUN_STATE_RUNNING: Under way, or waiting to be taken up again.
 * - BATCH_RUN_STATE_SUCCEEDED: Done.
 * - BATCH_RUN_STATE_FAILED: Given up; the version before stays.
 */
export type BatchRunState = Schemas["BatchRunState"];
/** BatchSubmitImplicitSignalsRequest carries many implicit signals. */
export type BatchSubmitImplicitSignalsRequest = Schemas["BatchSubmitImplicitSignalsRequest"];
/** BatchSubmitImplicitSignalsResponse confirms that all signals of a batch are durable. */
export type BatchSubmitImplicitSignalsResponse = Schemas["BatchSubmitImplicitSignalsResponse"];
/** BrainScore is the Brain's own score of a model. */
export type BrainScore = Schemas["BrainScore"];
/** BudgetState is where the day's spending stands and what that does to recommendations. */
export type BudgetState = Schemas["BudgetState"];
/** CancelExperimentRequest asks to cancel an experiment. */
export type CancelExperimentRequest = Schemas["CancelExperimentRequest"];
/** CancelExperimentResponse shows the experiment after the change. */
export type CancelExperimentResponse = Schemas["CancelExperimentResponse"];
/** CategoryCount counts explicit feedback that names a category. */
export type CategoryCount = Schemas["CategoryCount"];
/** CellChange is a cell whose score a rebuild changed. */
export type CellChange = Schemas["CellChange"];
/** ClearTrustScoreRequest asks to compute a rater's trust again. */
export type ClearTrustScoreRequest = Schemas["ClearTrustScoreRequest"];
/** ClearTrustScoreResponse shows the score after the change. */
export type ClearTrustScoreResponse = Schemas["ClearTrustScoreResponse"];
/** Comparison is a treatment against the control by one metric. */
export type Comparison = Schemas["Comparison"];
/** CompleteExperimentRequest asks to complete an experiment. */
export type CompleteExperimentRequest = Schemas["CompleteExperimentRequest"];
/** CompleteExperimentResponse shows the experiment after the change. */
export type CompleteExperimentResponse = Schemas["CompleteExperimentResponse"];
/** CreateExperimentRequest asks to create a draft. */
export type CreateExperimentRequest = Schemas["CreateExperimentRequest"];
/** CreateExperimentResponse shows the draft. */
export type CreateExperimentResponse = Schemas["CreateExperimentResponse"];
/** Criterion is one condition of deployment. */
export type Criterion = Schemas["Criterion"];
/** DayStats counts the outputs of one day and the feedback on them, whenever it came. */
export type DayStats = Schemas["DayStats"];
/** Drift is a model whose last week differs from the four weeks before by more than chance. */
export type Drift = Schemas["Drift"];
/** Erasure is one user's erasure. It does not name the user once all is erased. */
export type Erasure = Schemas["Erasure"];
/** EvaluatePolicyRequest asks how another strategy would have done. */
export type EvaluatePolicyRequest = Schemas["EvaluatePolicyRequest"];
/** EvaluatePolicyResponse estimates how another strategy would have done. */
export type EvaluatePolicyResponse = Schemas["EvaluatePolicyResponse"];
/** ExecutionManifest is the full provenance of one AI output: what was asked, which models answered, at what cost, and which recommendation was followed. It is immutable once recorded. */
export type ExecutionManifest = Schemas["ExecutionManifest"];
/** ExecutionManifest is the full provenance of one AI output: what was asked, which models answered, at what cost, and which recommendation was followed. It is immutable once recorded. */
export type ExecutionManifestInput = Schemas["ExecutionManifestInput"];
/** Experiment compares ways of routing requests on real users. Its first variant is the control. */
export type Experiment = Schemas["Experiment"];
/** Experiment compares ways of routing requests on real users. Its first variant is the control. */
export type ExperimentInput = Schemas["ExperimentInput"];
/**
 * ExperimentState is where an experiment stands.
 *
 * - EXPERIMENT_STATE_UNSPECIFIED: Never sent.
 * - EXPERIMENT_STATE_DRAFT: Being prepared; assigns nobody.
 * - EXPERIMENT_STATE_RUNNING: Assigns users.
 * - EXPERIMENT_STATE_PAUSED: Assigns nobody for now.
 * - EXPERIMENT_STATE_COMPLETED: Ended with a result.
 * - EXPERIMENT_STATE_CANCELLED: Ended without.
 */
export type ExperimentState = Schemas["ExperimentState"];
/**
 * ExperimentType is what an experiment varies. Values may be added.
 *
 * - EXPERIMENT_TYPE_UNSPECIFIED: Not stated; refused on input.
 * - EXPERIMENT_TYPE_MODEL_ROUTING: Which model answers.
 * - EXPERIMENT_TYPE_ORCHESTRATION: Which orchestration runs.
 * - EXPERIMENT_TYPE_SERVICE: Which service takes part.
 * - EXPERIMENT_TYPE_PROMPT: Which prompt is used.
 */
export type ExperimentType = Schemas["ExperimentType"];
/** ExplainRecommendationRequest asks what would be recommended, and why. */
export type ExplainRecommendationRequest = Schemas["ExplainRecommendationRequest"];
/** ExplainRecommendationResponse shows every step from counts to choice. */
export type ExplainRecommendationResponse = Schemas["ExplainRecommendationResponse"];
/** ExplicitFeedback is what a user said of an output on purpose: a thumb, categories, a comment. There is one per output and user: a later one replaces it. */
export type ExplicitFeedback = Schemas["ExplicitFeedback"];
/** ExplicitFeedback is what a user said of an output on purpose: a thumb, categories, a comment. There is one per output and user: a later one replaces it. */
export type ExplicitFeedbackInput = Schemas["ExplicitFeedbackInput"];
/** ExportUserRequest asks for everything that is stored of a user. */
export type ExportUserRequest = Schemas["ExportUserRequest"];
/** ExportUserResponse is one record of a user. */
export type ExportUserResponse = Schemas["ExportUserResponse"];
/** Exposure says that a user saw a variant, and what came of it if the client measured that. */
export type Exposure = Schemas["Exposure"];
/**
 * FeedbackCategory is what a rating is about. Values may be added.
 *
 * - FEEDBACK_CATEGORY_UNSPECIFIED: Not stated; refused on input.
 * - FEEDBACK_CATEGORY_ACCURACY: Whether the output is right.
 * - FEEDBACK_CATEGORY_RELEVANCE: Whether it answers the question.
 * - FEEDBACK_CATEGORY_TONE: How it sounds.
 * - FEEDBACK_CATEGORY_FORMAT: How it is laid out.
 * - FEEDBACK_CATEGORY_SPEED: How fast it came.
 * - FEEDBACK_CATEGORY_SAFETY: Whether it is harmless.
 * - FEEDBACK_CATEGORY_CREATIVITY: Whether it is original.
 * - FEEDBACK_CATEGORY_COMPLETENESS: Whether anything is missing.
 * - FEEDBACK_CATEGORY_OTHER: Anything else.
 */
export type FeedbackCategory = Schemas["FeedbackCategory"];
/** FeedbackCounts counts feedback of each kind. */
export type FeedbackCounts = Schemas["FeedbackCounts"];
/**
 * FeedbackKind is a kind of feedback.
 *
 * - FEEDBACK_KIND_UNSPECIFIED: Not stated; refused on input.
 * - FEEDBACK_KIND_EXPLICIT: Thumbs, categories and comments.
 * - FEEDBACK_KIND_IMPLICIT: Implicit signals.
 * - FEEDBACK_KIND_VOICE: Spoken comments.
 */
export type FeedbackKind = Schemas["FeedbackKind"];
/**
 * FeedbackSource is where feedback was given. Values may be added.
 *
 * - FEEDBACK_SOURCE_UNSPECIFIED: Not stated; refused on input.
 * - FEEDBACK_SOURCE_THINKTANK: The chat product.
 * - FEEDBACK_SOURCE_API: A program.
 * - FEEDBACK_SOURCE_ADMIN: The admin console.
 */
export type FeedbackSource = Schemas["FeedbackSource"];
/** FieldProblem names a bad field. */
export type FieldProblem = Schemas["FieldProblem"];
/** ForgetUserRequest asks to erase a user. */
export type ForgetUserRequest = Schemas["ForgetUserRequest"];
/** ForgetUserResponse confirms that a user is erased. */
export type ForgetUserResponse = Schemas["ForgetUserResponse"];
/** GetConversationSummaryRequest asks for the feedback on a conversation. */
export type GetConversationSummaryRequest = Schemas["GetConversationSummaryRequest"];
/** GetConversationSummaryResponse sums up the feedback on a conversation. */
export type GetConversationSummaryResponse = Schemas["GetConversationSummaryResponse"];
/** GetExperimentRequest asks for an experiment. */
export type GetExperimentRequest = Schemas["GetExperimentRequest"];
/** GetExperimentResponse shows an experiment. */
export type GetExperimentResponse = Schemas["GetExperimentResponse"];
/** GetFeedbackStatsRequest asks for the feedback on one output. */
export type GetFeedbackStatsRequest = Schemas["GetFeedbackStatsRequest"];
/** GetFeedbackStatsResponse counts the feedback on one output. */
export type GetFeedbackStatsResponse = Schemas["GetFeedbackStatsResponse"];
/** GetLearningStatusRequest asks how far the learning is. */
export type GetLearningStatusRequest = Schemas["GetLearningStatusRequest"];
/** GetLearningStatusResponse tells how far the learning is. */
export type GetLearningStatusResponse = Schemas["GetLearningStatusResponse"];
/** GetOutputRequest asks for one output. */
export type GetOutputRequest = Schemas["GetOutputRequest"];
/** GetOutputResponse shows one output and all feedback on it that stands. */
export type GetOutputResponse = Schemas["GetOutputResponse"];
/** GetRecommendationRequest asks for a model. */
export type GetRecommendationRequest = Schemas["GetRecommendationRequest"];
/** GetRecommendationResponse is the answer to the Brain. */
export type GetRecommendationResponse = Schemas["GetRecommendationResponse"];
/** GetResultsRequest asks for an analysis. */
export type GetResultsRequest = Schemas["GetResultsRequest"];
/** GetResultsResponse is an analysis. */
export type GetResultsResponse = Schemas["GetResultsResponse"];
/** GetRolloutRequest asks for the rollout of an experiment. */
export type GetRolloutRequest = Schemas["GetRolloutRequest"];
/** GetRolloutResponse shows a rollout. */
export type GetRolloutResponse = Schemas["GetRolloutResponse"];
/** GetTenantFeedbackStatsRequest asks for a tenant's feedback over a time. */
export type GetTenantFeedbackStatsRequest = Schemas["GetTenantFeedbackStatsRequest"];
/** GetTenantFeedbackStatsResponse counts a tenant's outputs and the feedback on them. */
export type GetTenantFeedbackStatsResponse = Schemas["GetTenantFeedbackStatsResponse"];
/** GetTenantSettingsRequest asks for a tenant's settings. */
export type GetTenantSettingsRequest = Schemas["GetTenantSettingsRequest"];
/** GetTenantSettingsResponse shows a tenant's settings. */
export type GetTenantSettingsResponse = Schemas["GetTenantSettingsResponse"];
/** GetVoiceAudioRequest asks for a recording. */
export type GetVoiceAudioRequest = Schemas["GetVoiceAudioRequest"];
/** GetVoiceAudioResponse is a part of a recording. */
export type GetVoiceAudioResponse = Schemas["GetVoiceAudioResponse"];
/** GetVoiceFeedbackRequest asks for spoken feedback. */
export type GetVoiceFeedbackRequest = Schemas["GetVoiceFeedbackRequest"];
/** GetVoiceFeedbackResponse shows spoken feedback. */
export type GetVoiceFeedbackResponse = Schemas["GetVoiceFeedbackResponse"];
/** GetVoiceQueueRequest asks how much waits. */
export type GetVoiceQueueRequest = Schemas["GetVoiceQueueRequest"];
/** GetVoiceQueueResponse tells how much waits. */
export type GetVoiceQueueResponse = Schemas["GetVoiceQueueResponse"];
/** GetWidgetConfigRequest asks what a feedback widget shall show. */
export type GetWidgetConfigRequest = Schemas["GetWidgetConfigRequest"];
/** GetWidgetConfigResponse tells a feedback widget what to show. */
export type GetWidgetConfigResponse = Schemas["GetWidgetConfigResponse"];
/** ImplicitSignal is one thing a user did with an output. Every occurrence is kept; for learning a signal type counts once per output and user. */
export type ImplicitSignal = Schemas["ImplicitSignal"];
/** ImplicitSignal is one thing a user did with an output. Every occurrence is kept; for learning a signal type counts once per output and user. */
export type ImplicitSignalInput = Schemas["ImplicitSignalInput"];
/** VoiceFeedback describes a spoken comment; its audio follows in chunks. */
export type IngestVoiceFeedback = Schemas["IngestVoiceFeedback"];
/**
 * ItemOutcome tells what became of an item. Whatever it is, but for rejected, the item is durable.
 *
 * - ITEM_OUTCOME_UNSPECIFIED: Never sent.
 * - ITEM_OUTCOME_ACCEPTED: Stored now.
 * - ITEM_OUTCOME_DUPLICATE: Stored before; nothing changed.
 * - ITEM_OUTCOME_REPLACED: Stored now in place of an earlier vote.
 * - ITEM_OUTCOME_SUPERSEDED: Not stored, since a later vote of the same user on the same output stands.
 * - ITEM_OUTCOME_REJECTED: Refused, and will be refused again: see the error.
 */
export type ItemOutcome = Schemas["ItemOutcome"];
/** ItemResult tells what became of one item of a batch. */
export type ItemResult = Schemas["ItemResult"];
/** LearnOutputRequest asks to learn one output now. */
export type LearnOutputRequest = Schemas["LearnOutputRequest"];
/** LearnOutputResponse shows what the feedback on an output contributes. */
export type LearnOutputResponse = Schemas["LearnOutputResponse"];
/**
 * LearningMode says how a unit of feedback counts.
 *
 * - LEARNING_MODE_UNSPECIFIED: Not stated.
 * - LEARNING_MODE_RUNNING_MEAN: Each unit counts 1.
 * - LEARNING_MODE_EVIDENCE_WEIGHTED: Each unit counts its evidence, so that distrusted feedback weighs less.
 */
export type LearningMode = Schemas["LearningMode"];
/** ListAuditEntriesRequest asks for entries that meet every condition that is set. */
export type ListAuditEntriesRequest = Schemas["ListAuditEntriesRequest"];
/** ListAuditEntriesResponse is a page of entries. */
export type ListAuditEntriesResponse = Schemas["ListAuditEntriesResponse"];
/** ListBatchRunsRequest asks for nightly runs. */
export type ListBatchRunsRequest = Schemas["ListBatchRunsRequest"];
/** ListBatchRunsResponse is a page of nightly runs. */
export type ListBatchRunsResponse = Schemas["ListBatchRunsResponse"];
/** ListErasuresRequest asks for erasures. */
export type ListErasuresRequest = Schemas["ListErasuresRequest"];
/** ListErasuresResponse is a page of erasures. */
export type ListErasuresResponse = Schemas["ListErasuresResponse"];
/** ListExperimentsRequest asks for experiments. */
export type ListExperimentsRequest = Schemas["ListExperimentsRequest"];
/** ListExperimentsResponse is a page of experiments. */
export type ListExperimentsResponse = Schemas["ListExperimentsResponse"];
/** ListModelScoresRequest asks for learned scores. */
export type ListModelScoresRequest = Schemas["ListModelScoresRequest"];
/** ListModelScoresResponse is a page of learned scores. */
export type ListModelScoresResponse = Schemas["ListModelScoresResponse"];
/** ListOutputsRequest asks for outputs that meet every condition that is set. */
export type ListOutputsRequest = Schemas["ListOutputsRequest"];
/** ListOutputsResponse is a page of outputs. */
export type ListOutputsResponse = Schemas["ListOutputsResponse"];
/** ListTrustScoresRequest asks for trust scores. */
export type ListTrustScoresRequest = Schemas["ListTrustScoresRequest"];
/** ListTrustScoresResponse is a page of trust scores. */
export type ListTrustScoresResponse = Schemas["ListTrustScoresResponse"];
/** ListVoiceFeedbackRequest asks for spoken feedback. Filters narrow each other. */
export type ListVoiceFeedbackRequest = Schemas["ListVoiceFeedbackRequest"];
/** ListVoiceFeedbackResponse is a page of spoken feedback. */
export type ListVoiceFeedbackResponse = Schemas["ListVoiceFeedbackResponse"];
/** LookedComparison is a treatment against the control by one metric, as it was seen then. */
export type LookedComparison = Schemas["LookedComparison"];
/** ManifestStep is one model call within an orchestration. */
export type ManifestStep = Schemas["ManifestStep"];
/** ManifestStep is one model call within an orchestration. */
export type ManifestStepInput = Schemas["ManifestStepInput"];
/** Metric is something that an experiment measures. */
export type Metric = Schemas["Metric"];
/**
 * MetricDirection says which way a metric is better.
 *
 * - METRIC_DIRECTION_UNSPECIFIED: Not stated; refused on input.
 * - METRIC_DIRECTION_UP: More is better.
 * - METRIC_DIRECTION_DOWN: Less is better.
 */
export type MetricDirection = Schemas["MetricDirection"];
/** Metric is something that an experiment measures. */
export type MetricInput = Schemas["MetricInput"];
/** MixedScore is a model's score with its parts. */
export type MixedScore = Schemas["MixedScore"];
/** ModelExplanation shows how one candidate came to its place. */
export type ModelExplanation = Schemas["ModelExplanation"];
/** ModelProfile is what the Brain knows of a model. */
export type ModelProfile = Schemas["ModelProfile"];
/** ModelScore is a learned cell: one model, task and domain at one scope. */
export type ModelScore = Schemas["ModelScore"];
/** ModelStats counts the outputs of one model and the feedback on them. */
export type ModelStats = Schemas["ModelStats"];
/** OutputEntry is one output in a list. */
export type OutputEntry = Schemas["OutputEntry"];
/** OutputSummary sums up the feedback on one output. */
export type OutputSummary = Schemas["OutputSummary"];
/** PauseExperimentRequest asks to pause a running experiment. */
export type PauseExperimentRequest = Schemas["PauseExperimentRequest"];
/** PauseExperimentResponse shows the experiment after the change. */
export type PauseExperimentResponse = Schemas["PauseExperimentResponse"];
/** PinTrustScoreRequest asks to fix a rater's trust. */
export type PinTrustScoreRequest = Schemas["PinTrustScoreRequest"];
/** PinTrustScoreResponse shows the score after the change. */
export type PinTrustScoreResponse = Schemas["PinTrustScoreResponse"];
/** PlanSampleSizeRequest asks how large an experiment has to be. */
export type PlanSampleSizeRequest = Schemas["PlanSampleSizeRequest"];
/** PlanSampleSizeResponse says how large. */
export type PlanSampleSizeResponse = Schemas["PlanSampleSizeResponse"];
/** PolicyEstimate is one estimate of a strategy's mean score. */
export type PolicyEstimate = Schemas["PolicyEstimate"];
/** PriorStrength is how strongly a level of the hierarchy acts on the next. */
export type PriorStrength = Schemas["PriorStrength"];
/** ProviderHealth is what the Brain knew of a provider when it routed the request. */
export type ProviderHealth = Schemas["ProviderHealth"];
/** ProviderHealth is what the Brain knew of a provider when it routed the request. */
export type ProviderHealthInput = Schemas["ProviderHealthInput"];
/** RankModelsRequest asks to mix the Brain's scores with what was learned. */
export type RankModelsRequest = Schemas["RankModelsRequest"];
/** RankModelsResponse ranks models by final = (1 - w) * brain + w * neural with w = 0.35 * min(1, confidence / threshold). */
export type RankModelsResponse = Schemas["RankModelsResponse"];
/** RankedModel is one candidate with its estimate. */
export type RankedModel = Schemas["RankedModel"];
/**
 * Rating is a thumb.
 *
 * - RATING_UNSPECIFIED: Not stated; refused on input.
 * - RATING_NEGATIVE: Thumb down.
 * - RATING_NEUTRAL: Neither.
 * - RATING_POSITIVE: Thumb up.
 */
export type Rating = Schemas["Rating"];
/** Recommendation is a chosen model with its reasons. */
export type Recommendation = Schemas["Recommendation"];
/** RecommendationContext says for whom and for what a model is needed. */
export type RecommendationContext = Schemas["RecommendationContext"];
/** RecordExposuresRequest carries exposures. */
export type RecordExposuresRequest = Schemas["RecordExposuresRequest"];
/** RecordExposuresResponse confirms that exposures are durable. */
export type RecordExposuresResponse = Schemas["RecordExposuresResponse"];
/** RecordManifestRequest asks to record one manifest. */
export type RecordManifestRequest = Schemas["RecordManifestRequest"];
/** RecordManifestResponse confirms that a manifest is durable. */
export type RecordManifestResponse = Schemas["RecordManifestResponse"];
/** RefusedModel is a candidate that fails a constraint. */
export type RefusedModel = Schemas["RefusedModel"];
/**
 * RequestType is the kind of request that produced an output.
 *
 * - REQUEST_TYPE_UNSPECIFIED: Not stated; refused on input.
 * - REQUEST_TYPE_CHAT: One turn of a conversation.
 * - REQUEST_TYPE_COMPLETION: A completion outside a conversation.
 * - REQUEST_TYPE_ORCHESTRATION: Several steps run by an orchestration.
 * - REQUEST_TYPE_SERVICE: A call by another service.
 */
export type RequestType = Schemas["RequestType"];
/** ResultLook is what an analysis said at a moment of the past. */
export type ResultLook = Schemas["ResultLook"];
/** Results are the analysis of an experiment as it stands. */
export type Results = Schemas["Results"];
/** ResumeExperimentRequest asks to resume a paused experiment. */
export type ResumeExperimentRequest = Schemas["ResumeExperimentRequest"];
/** ResumeExperimentResponse shows the experiment after the change. */
export type ResumeExperimentResponse = Schemas["ResumeExperimentResponse"];
/** RetractFeedbackRequest asks to withdraw feedback. */
export type RetractFeedbackRequest = Schemas["RetractFeedbackRequest"];
/** RetractFeedbackResponse confirms that a withdrawal is durable. */
export type RetractFeedbackResponse = Schemas["RetractFeedbackResponse"];
/** RetryVoiceFeedbackRequest asks to hear failed feedback again. */
export type RetryVoiceFeedbackRequest = Schemas["RetryVoiceFeedbackRequest"];
/** RetryVoiceFeedbackResponse tells what became of each. */
export type RetryVoiceFeedbackResponse = Schemas["RetryVoiceFeedbackResponse"];
/** RollBackRequest asks to roll back. */
export type RollBackRequest = Schemas["RollBackRequest"];
/** RollBackResponse shows the rollout after it was rolled back. */
export type RollBackResponse = Schemas["RollBackResponse"];
/** Rollout is the way of a treatment to everybody. */
export type Rollout = Schemas["Rollout"];
/** RolloutDecision is what was decided, with its numbers. */
export type RolloutDecision = Schemas["RolloutDecision"];
/** RolloutPlan says how a treatment reaches everybody. */
export type RolloutPlan = Schemas["RolloutPlan"];
/** RolloutPlan says how a treatment reaches everybody. */
export type RolloutPlanInput = Schemas["RolloutPlanInput"];
/**
 * RolloutState is where a rollout stands.
 *
 * - ROLLOUT_STATE_UNSPECIFIED: Never sent.
 * - ROLLOUT_STATE_RUNNING: On its way.
 * - ROLLOUT_STATE_WAITING: Waits for an approval.
 * - ROLLOUT_STATE_FINISHED: Reached everybody.
 * - ROLLOUT_STATE_ROLLED_BACK: Taken back.
 */
export type RolloutState = Schemas["RolloutState"];
/** RunBatchLearningRequest asks for a run now. */
export type RunBatchLearningRequest = Schemas["RunBatchLearningRequest"];
/** RunBatchLearningResponse reports a run. */
export type RunBatchLearningResponse = Schemas["RunBatchLearningResponse"];
/** SampleRatio compares the users of the variants with the planned shares. */
export type SampleRatio = Schemas["SampleRatio"];
/**
 * Scope says whose feedback an estimate rests on.
 *
 * - SCOPE_UNSPECIFIED: Not stated; no feedback decided.
 * - SCOPE_USER: The user's own.
 * - SCOPE_TENANT: The tenant's users.
 * - SCOPE_GLOBAL: All tenants that opted in.
 */
export type Scope = Schemas["Scope"];
/** ScopeEvidence is what one scope knows of a model. */
export type ScopeEvidence = Schemas["ScopeEvidence"];
/** SignalCount counts the signals of one type. */
export type SignalCount = Schemas["SignalCount"];
/**
 * SignalType is what a user did with an output. The sentiment of each, in [-1, 1], is fixed.
 *
 * - SIGNAL_TYPE_UNSPECIFIED: Not stated; refused on input.
 * - SIGNAL_TYPE_FAVORITE_ADDED: Marked as a favourite: +0.9.
 * - SIGNAL_TYPE_SHARE_RESPONSE: Shared the response: +0.9.
 * - SIGNAL_TYPE_COPY_RESPONSE: Copied the response: +0.7.
 * - SIGNAL_TYPE_EXPORT_RESPONSE: Exported the response: +0.6.
 * - SIGNAL_TYPE_CONTINUE_CONVERSATION: Went on with the conversation: +0.3.
 * - SIGNAL_TYPE_SCROLL_TO_END: Read to the end: +0.2.
 * - SIGNAL_TYPE_RESPONSE_TIME_SHORT: Replied soon: +0.2.
 * - SIGNAL_TYPE_EDIT_AND_RESEND: Edited the prompt and sent it again: 0.
 * - SIGNAL_TYPE_RESPONSE_TIME_LONG: Replied late: 0.
 * - SIGNAL_TYPE_ABANDON_CONVERSATION: Left the conversation: -0.3.
 * - SIGNAL_TYPE_SCROLL_BOUNCE: Scrolled away at once: -0.4.
 * - SIGNAL_TYPE_MANUAL_MODEL_SWITCH: Switched the model by hand: -0.6.
 * - SIGNAL_TYPE_ABANDON_MID_RESPONSE: Left while the response was written: -0.7.
 * - SIGNAL_TYPE_REGENERATE: Asked for another response: -0.8.
 * - SIGNAL_TYPE_REPORT_CONTENT: Reported the content: -1.
 */
export type SignalType = Schemas["SignalType"];
/** StartExperimentRequest asks to start a draft. */
export type StartExperimentRequest = Schemas["StartExperimentRequest"];
/** StartExperimentResponse shows the experiment after the change. */
export type StartExperimentResponse = Schemas["StartExperimentResponse"];
/** StartRolloutRequest asks to roll out a treatment step by step. */
export type StartRolloutRequest = Schemas["StartRolloutRequest"];
/** StartRolloutResponse shows the rollout. */
export type StartRolloutResponse = Schemas["StartRolloutResponse"];
/**
 * Strategy says how a model is chosen among estimates. Values may be added.
 *
 * - STRATEGY_UNSPECIFIED: Leaves the choice to the service's setting.
 * - STRATEGY_GREEDY: The best estimate, always.
 * - STRATEGY_THOMPSON: Each model with the probability that it is the best.
 * - STRATEGY_EPSILON_GREEDY: Mostly the best estimate, now and then any model.
 * - STRATEGY_SCOPE_FALLBACK: The best score at the first scope, from user to global, with enough confidence.
 */
export type Strategy = Schemas["Strategy"];
/** StreamSignalsRequest is one batch on a stream. Explicit feedback and signals may be mixed; together 1 to 1,000 items. */
export type StreamSignalsRequest = Schemas["StreamSignalsRequest"];
/** StreamSignalsResponse acknowledges one batch, after its commit. */
export type StreamSignalsResponse = Schemas["StreamSignalsResponse"];
/** SubmitExplicitFeedbackRequest carries the explicit feedback of one user on one output. */
export type SubmitExplicitFeedbackRequest = Schemas["SubmitExplicitFeedbackRequest"];
/** SubmitExplicitFeedbackResponse confirms that feedback is durable. */
export type SubmitExplicitFeedbackResponse = Schemas["SubmitExplicitFeedbackResponse"];
/** SubmitImplicitSignalRequest carries one implicit signal. */
export type SubmitImplicitSignalRequest = Schemas["SubmitImplicitSignalRequest"];
/** SubmitImplicitSignalResponse confirms that a signal is durable. */
export type SubmitImplicitSignalResponse = Schemas["SubmitImplicitSignalResponse"];
/** SubmitVoiceFeedbackRequest is the header, then the audio, of a spoken comment. */
export type SubmitVoiceFeedbackRequest = Schemas["SubmitVoiceFeedbackRequest"];
/** SubmitVoiceFeedbackResponse confirms that a spoken comment is durable and will be heard. */
export type SubmitVoiceFeedbackResponse = Schemas["SubmitVoiceFeedbackResponse"];
/** TableEntry is what would be recommended in one context. */
export type TableEntry = Schemas["TableEntry"];
/** Targeting says whom an experiment covers: everybody who meets all conditions. */
export type Targeting = Schemas["Targeting"];
/** Targeting says whom an experiment covers: everybody who meets all conditions. */
export type TargetingInput = Schemas["TargetingInput"];
/** TenantSettings are a tenant's learning settings. */
export type TenantSettings = Schemas["TenantSettings"];
/** TenantSettings are a tenant's learning settings. */
export type TenantSettingsInput = Schemas["TenantSettingsInput"];
/**
 * ThermalState says how ready a model was to serve.
 *
 * - THERMAL_STATE_UNSPECIFIED: Not stated; refused on input.
 * - THERMAL_STATE_OFF: Not loaded and not to be loaded.
 * - THERMAL_STATE_COLD: Not loaded.
 * - THERMAL_STATE_WARM: Loaded, idle.
 * - THERMAL_STATE_HOT: Loaded and serving.
 */
export type ThermalState = Schemas["ThermalState"];
/** TranscribeHeader says what is to be done with a recording. */
export type TranscribeHeader = Schemas["TranscribeHeader"];
/** TranscribeRequest is the header or a chunk of a recording. */
export type TranscribeRequest = Schemas["TranscribeRequest"];
/** TranscribeResponse shows what was heard. */
export type TranscribeResponse = Schemas["TranscribeResponse"];
/** Transcript is what was said in a recording. */
export type Transcript = Schemas["Transcript"];
/** TranslateTextRequest asks for a translation. */
export type TranslateTextRequest = Schemas["TranslateTextRequest"];
/** TranslateTextResponse is a translation. */
export type TranslateTextResponse = Schemas["TranslateTextResponse"];
/** TrustFactor is one part of a trust score. */
export type TrustFactor = Schemas["TrustFactor"];
/** TrustScore says how far a rater is trusted, and why. */
export type TrustScore = Schemas["TrustScore"];
/** UnitContribution is what one user's feedback on one output contributes. */
export type UnitContribution = Schemas["UnitContribution"];
/** UpdateExperimentRequest asks to change an experiment. */
export type UpdateExperimentRequest = Schemas["UpdateExperimentRequest"];
/** UpdateExperimentResponse shows the experiment after the change. */
export type UpdateExperimentResponse = Schemas["UpdateExperimentResponse"];
/** UpdateTenantSettingsRequest asks to change a tenant's settings. */
export type UpdateTenantSettingsRequest = Schemas["UpdateTenantSettingsRequest"];
/** UpdateTenantSettingsResponse shows the settings after the change. */
export type UpdateTenantSettingsResponse = Schemas["UpdateTenantSettingsResponse"];
/** Variant is one way of routing. */
export type Variant = Schemas["Variant"];
/** VariantCount counts what a variant gathered. */
export type VariantCount = Schemas["VariantCount"];
/** Variant is one way of routing. */
export type VariantInput = Schemas["VariantInput"];
/** VerifyAuditLogRequest asks to check a tenant's log. */
export type VerifyAuditLogRequest = Schemas["VerifyAuditLogRequest"];
/** VerifyAuditLogResponse tells whether the log is whole. */
export type VerifyAuditLogResponse = Schemas["VerifyAuditLogResponse"];
/** VoiceDepth counts feedback of one status. */
export type VoiceDepth = Schemas["VoiceDepth"];
/** VoiceHeader describes a spoken comment. */
export type VoiceHeader = Schemas["VoiceHeader"];
/**
 * VoiceStatus is how far feedback has been heard. Values may be added.
 *
 * - VOICE_STATUS_UNSPECIFIED: Not stated.
 * - VOICE_STATUS_PENDING: Waits for a worker, for the first time or again.
 * - VOICE_STATUS_PROCESSING: Is being heard.
 * - VOICE_STATUS_COMPLETED: Was heard; counts as feedback.
 * - VOICE_STATUS_FAILED: Could not be heard; see the error.
 * - VOICE_STATUS_NO_SPEECH: Nobody speaks in it.
 */
export type VoiceStatus = Schemas["VoiceStatus"];
/** VoiceFeedback is what a user said of an output, and how far it has been heard. */
export type VoiceVoiceFeedback = Schemas["VoiceVoiceFeedback"];
/** WatchExperimentsRequest asks for running experiments. */
export type WatchExperimentsRequest = Schemas["WatchExperimentsRequest"];
/** WatchExperimentsResponse is the set of running experiments, or a sign of life. */
export type WatchExperimentsResponse = Schemas["WatchExperimentsResponse"];
/** WatchRecommendationsRequest asks for the table of recommendations. */
export type WatchRecommendationsRequest = Schemas["WatchRecommendationsRequest"];
/** WatchRecommendationsResponse is a part of the table, or a sign of life. */
export type WatchRecommendationsResponse = Schemas["WatchRecommendationsResponse"];
/**
 * WinnerRule says when a treatment wins.
 *
 * - WINNER_RULE_UNSPECIFIED: Superiority.
 * - WINNER_RULE_SUPERIORITY: Quality is better.
 * - WINNER_RULE_NOT_INFERIOR_CHEAPER: Quality is not worse and cost is lower.
 * - WINNER_RULE_NOT_INFERIOR_FASTER: Quality is not worse and latency is lower.
 */
export type WinnerRule = Schemas["WinnerRule"];
export {};

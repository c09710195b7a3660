/** Path of the API below the origin. */
export const PREFIX = "/api/v2";
/** Every operation by name. */
export const ROUTES = {
    /** Stores or replaces the explicit feedback of a user on an output. */
    submitExplicitFeedback: { method: "POST", path: "/feedback/explicit", idempotent: true, upload: null, lines: false },
    /** Stores an implicit signal. */
    submitImplicitSignal: { method: "POST", path: "/feedback/implicit", idempotent: true, upload: null, lines: false },
    /** Stores a voice comment, which is transcribed asynchronously. */
    submitVoiceFeedback: { method: "POST", path: "/feedback/voice", idempotent: true, upload: "feedback", lines: false },
    /** Retracts the feedback of a user on an output. */
    retractFeedback: { method: "POST", path: "/feedback/retract", idempotent: true, upload: null, lines: false },
    /** Counts the feedback on an output. */
    getFeedbackStats: { method: "GET", path: "/feedback/stats/{outputId}", idempotent: false, upload: null, lines: false },
    /** Returns the configuration of the feedback widget. */
    getWidgetConfig: { method: "GET", path: "/service/feedback/config", idempotent: false, upload: null, lines: false },
    /** Stores a batch of implicit signals atomically. */
    batchSubmitImplicitSignals: { method: "POST", path: "/service/feedback/implicit/batch", idempotent: true, upload: null, lines: false },
    /** Summarizes the feedback on a conversation. */
    getConversationSummary: { method: "GET", path: "/service/feedback/conversation/{conversationId}/summary", idempotent: false, upload: null, lines: false },
    /** Records the outcome of the call behind an output. */
    recordOutcome: { method: "POST", path: "/service/outputs/{outputId}/outcome", idempotent: true, upload: null, lines: false },
    /** Recommends a model. Each response is a new decision. */
    getRecommendation: { method: "GET", path: "/neural/recommendation", idempotent: false, upload: null, lines: false },
    /** Recommends a model, like GET, for a context that is too large for a URL. */
    getRecommendationFor: { method: "POST", path: "/neural/recommendation", idempotent: false, upload: null, lines: false },
    /** Lists learned scores. */
    listModelScores: { method: "GET", path: "/neural/scores", idempotent: false, upload: null, lines: false },
    /** Records decisions that a client made without a call, for the evaluation of policies. */
    recordDecisions: { method: "POST", path: "/neural/decisions", idempotent: false, upload: null, lines: false },
    /** Learns an output immediately and returns the contribution of its feedback. */
    learnOutput: { method: "POST", path: "/neural/learn", idempotent: false, upload: null, lines: false },
    /** Transcribes a recording immediately, without storing it. */
    transcribe: { method: "POST", path: "/voice/transcribe", idempotent: false, upload: "", lines: false },
    /** Translates a text. */
    translateText: { method: "POST", path: "/voice/translate", idempotent: false, upload: null, lines: false },
    /** Lists experiments, newest first. */
    listExperiments: { method: "GET", path: "/admin/experiments", idempotent: false, upload: null, lines: false },
    /** Creates an experiment in the draft state. */
    createExperiment: { method: "POST", path: "/admin/experiments", idempotent: true, upload: null, lines: false },
    /** Updates an experiment. If-Match contains the entity tag of the version to update. */
    updateExperiment: { method: "PUT", path: "/admin/experiments/{experimentId}", idempotent: true, upload: null, lines: false },
    /** Counts the outputs of a tenant and their feedback, by day and by model. */
    getTenantFeedbackStats: { method: "GET", path: "/admin/feedback/stats", idempotent: false, upload: null, lines: false },
    /** Lists outputs with their feedback, newest first. */
    listOutputs: { method: "GET", path: "/admin/outputs", idempotent: false, upload: null, lines: false },
    /** Returns an output: its manifest and its current feedback. */
    getOutput: { method: "GET", path: "/admin/outputs/{outputId}", idempotent: false, upload: null, lines: false },
    /** Erases a user and removes their contribution to learned scores. */
    forgetUser: { method: "DELETE", path: "/admin/users/{userId}", idempotent: true, upload: null, lines: false },
    /** Streams all stored data of a user, one record per line. */
    exportUser: { method: "GET", path: "/admin/users/{userId}/export", idempotent: false, upload: null, lines: true },
    /** Lists erasures with their progress, newest first. */
    listErasures: { method: "GET", path: "/admin/erasures", idempotent: false, upload: null, lines: false },
    /** Lists the registered evaluators by name. */
    listEvaluators: { method: "GET", path: "/admin/evaluators", idempotent: false, upload: null, lines: false },
    /** Registers an evaluator, whose votes have a higher hourly limit than those of users. */
    registerEvaluator: { method: "PUT", path: "/admin/evaluators/{name}", idempotent: true, upload: null, lines: false },
    /** Removes an evaluator from the registered ones. */
    removeEvaluator: { method: "DELETE", path: "/admin/evaluators/{name}", idempotent: true, upload: null, lines: false },
    /** Lists the entries of the audit log, newest first. */
    listAuditEntries: { method: "GET", path: "/admin/audit", idempotent: false, upload: null, lines: false },
    /** Lists the trust score of each rater with its reasons. */
    listTrustScores: { method: "GET", path: "/admin/trust-scores", idempotent: false, upload: null, lines: false },
    /** Sets the trust score of a rater to a fixed value. */
    pinTrustScore: { method: "POST", path: "/admin/trust-scores/{userId}", idempotent: true, upload: null, lines: false },
    /** Removes the fixed trust score of a rater, so that it is computed again. */
    clearTrustScore: { method: "DELETE", path: "/admin/trust-scores/{userId}", idempotent: true, upload: null, lines: false },
    /** Lists the other names of models by alias. */
    listModelAliases: { method: "GET", path: "/admin/model-aliases", idempotent: false, upload: null, lines: false },
    /** Sets the model that an alias stands for. */
    setModelAlias: { method: "PUT", path: "/admin/model-aliases", idempotent: true, upload: null, lines: false },
    /** Deletes a model alias, so that the automatic rules apply to the name again. */
    deleteModelAlias: { method: "DELETE", path: "/admin/model-aliases", idempotent: true, upload: null, lines: false },
    /** Lists outputs that have feedback but no manifest, oldest first. */
    listUnmatchedFeedback: { method: "GET", path: "/admin/feedback/unmatched", idempotent: false, upload: null, lines: false },
    /** States the recorded output that the feedback under another output id belongs to. */
    matchFeedback: { method: "POST", path: "/admin/feedback/unmatched", idempotent: true, upload: null, lines: false },
};

/** Path of the API below the origin. */
export const PREFIX = "/api/v2";
/** Every operation by name. */
export const ROUTES = {
    /** Stores or replaces the explicit feedback of one user on one output. */
    submitExplicitFeedback: { method: "POST", path: "/feedback/explicit", idempotent: true, upload: null, lines: false },
    /** Stores one implicit signal. */
    submitImplicitSignal: { method: "POST", path: "/feedback/implicit", idempotent: true, upload: null, lines: false },
    /** Stores a spoken comment; it is heard soon after. */
    submitVoiceFeedback: { method: "POST", path: "/feedback/voice", idempotent: true, upload: "feedback", lines: false },
    /** Counts the feedback on one output. */
    getFeedbackStats: { method: "GET", path: "/feedback/stats/{outputId}", idempotent: false, upload: null, lines: false },
    /** Tells a feedback widget what to ask for. */
    getWidgetConfig: { method: "GET", path: "/service/feedback/config", idempotent: false, upload: null, lines: false },
    /** Stores many implicit signals, all or none. */
    batchSubmitImplicitSignals: { method: "POST", path: "/service/feedback/implicit/batch", idempotent: true, upload: null, lines: false },
    /** Sums up the feedback on a conversation. */
    getConversationSummary: { method: "GET", path: "/service/feedback/conversation/{conversationId}/summary", idempotent: false, upload: null, lines: false },
    /** Recommends a model; each answer is a decision of its own. */
    getRecommendation: { method: "GET", path: "/neural/recommendation", idempotent: false, upload: null, lines: false },
    /** Recommends a model, as GET does, for contexts too large for an address. */
    getRecommendationFor: { method: "POST", path: "/neural/recommendation", idempotent: false, upload: null, lines: false },
    /** Lists learned scores. */
    listModelScores: { method: "GET", path: "/neural/scores", idempotent: false, upload: null, lines: false },
    /** Learns one output at once and shows what its feedback contributes. */
    learnOutput: { method: "POST", path: "/neural/learn", idempotent: false, upload: null, lines: false },
    /** Hears a recording at once and keeps nothing of it. */
    transcribe: { method: "POST", path: "/voice/transcribe", idempotent: false, upload: "", lines: false },
    /** Translates a text. */
    translateText: { method: "POST", path: "/voice/translate", idempotent: false, upload: null, lines: false },
    /** Lists experiments, newest first. */
    listExperiments: { method: "GET", path: "/admin/experiments", idempotent: false, upload: null, lines: false },
    /** Creates a draft of an experiment. */
    createExperiment: { method: "POST", path: "/admin/experiments", idempotent: true, upload: null, lines: false },
    /** Changes an experiment; If-Match names the state that the caller has seen. */
    updateExperiment: { method: "PUT", path: "/admin/experiments/{experimentId}", idempotent: true, upload: null, lines: false },
    /** Counts a tenant's outputs and the feedback on them, by day and by model. */
    getTenantFeedbackStats: { method: "GET", path: "/admin/feedback/stats", idempotent: false, upload: null, lines: false },
    /** Lists outputs with the feedback on them, newest first. */
    listOutputs: { method: "GET", path: "/admin/outputs", idempotent: false, upload: null, lines: false },
    /** Shows one output: its manifest and all feedback that stands. */
    getOutput: { method: "GET", path: "/admin/outputs/{outputId}", idempotent: false, upload: null, lines: false },
    /** Erases a user and takes back what was learned from them. */
    forgetUser: { method: "DELETE", path: "/admin/users/{userId}", idempotent: true, upload: null, lines: false },
    /** Streams everything that is stored of a user, one record a line. */
    exportUser: { method: "GET", path: "/admin/users/{userId}/export", idempotent: false, upload: null, lines: true },
    /** Lists erasures, newest first, and how far each is. */
    listErasures: { method: "GET", path: "/admin/erasures", idempotent: false, upload: null, lines: false },
    /** Lists who changed what, newest first. */
    listAuditEntries: { method: "GET", path: "/admin/audit", idempotent: false, upload: null, lines: false },
    /** Lists how far each rater is trusted, and why. */
    listTrustScores: { method: "GET", path: "/admin/trust-scores", idempotent: false, upload: null, lines: false },
    /** Sets how far a rater is trusted, whatever the rater says. */
    pinTrustScore: { method: "POST", path: "/admin/trust-scores/{userId}", idempotent: true, upload: null, lines: false },
    /** Lets a rater's trust be computed again. */
    clearTrustScore: { method: "DELETE", path: "/admin/trust-scores/{userId}", idempotent: true, upload: null, lines: false },
};

export const PREFIX = "/api/v2";
export const ROUTES = {
    submitExplicitFeedback: { method: "POST", path: "/feedback/explicit", idempotent: true, upload: null, lines: false },
    submitImplicitSignal: { method: "POST", path: "/feedback/implicit", idempotent: true, upload: null, lines: false },
    getFeedbackStats: { method: "GET", path: "/feedback/stats/{outputId}", idempotent: false, upload: null, lines: false },
    getRecommendation: { method: "GET", path: "/neural/recommendation", idempotent: false, upload: null, lines: false },
    listModelScores: { method: "GET", path: "/neural/scores", idempotent: false, upload: null, lines: false },
    learnOutput: { method: "POST", path: "/neural/learn", idempotent: false, upload: null, lines: false },
    getWidgetConfig: { method: "GET", path: "/service/feedback/config", idempotent: false, upload: null, lines: false },
    batchSubmitImplicitSignals: { method: "POST", path: "/service/feedback/implicit/batch", idempotent: true, upload: null, lines: false },
    getConversationSummary: { method: "GET", path: "/service/feedback/conversation/{conversationId}/summary", idempotent: false, upload: null, lines: false },
    listExperiments: { method: "GET", path: "/admin/experiments", idempotent: false, upload: null, lines: false },
    createExperiment: { method: "POST", path: "/admin/experiments", idempotent: true, upload: null, lines: false },
    updateExperiment: { method: "PUT", path: "/admin/experiments/{experimentId}", idempotent: true, upload: null, lines: false },
    listTrustScores: { method: "GET", path: "/admin/trust-scores", idempotent: false, upload: null, lines: false },
};

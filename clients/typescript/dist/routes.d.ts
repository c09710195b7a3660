import type { BatchSubmitImplicitSignalsRequest, BatchSubmitImplicitSignalsResponse, ClearTrustScoreResponse, CreateExperimentResponse, ExperimentInput, ExperimentState, ExplicitFeedbackInput, ExportUserResponse, FeedbackCategory, ForgetUserResponse, GetConversationSummaryResponse, GetFeedbackStatsResponse, GetOutputResponse, GetRecommendationResponse, GetTenantFeedbackStatsResponse, GetWidgetConfigResponse, ImplicitSignalInput, IngestVoiceFeedback, LearnOutputRequest, LearnOutputResponse, ListAuditEntriesResponse, ListErasuresResponse, ListExperimentsResponse, ListModelScoresResponse, ListOutputsResponse, ListTrustScoresResponse, ModelProfile, PinTrustScoreRequest, PinTrustScoreResponse, Rating, RecommendationContext, Scope, SignalType, Strategy, SubmitExplicitFeedbackResponse, SubmitImplicitSignalResponse, SubmitVoiceFeedbackResponse, TranscribeResponse, TranslateTextRequest, TranslateTextResponse, UpdateExperimentResponse } from "./types.js";
export declare const PREFIX = "/api/v2";
/** What each operation takes and answers. */
export interface Routes {
    /** Stores or replaces the explicit feedback of one user on one output. */
    submitExplicitFeedback: {
        query?: {
            tenantId?: string;
        };
        body: ExplicitFeedbackInput;
        answer: SubmitExplicitFeedbackResponse;
    };
    /** Stores one implicit signal. */
    submitImplicitSignal: {
        query?: {
            tenantId?: string;
        };
        body: ImplicitSignalInput;
        answer: SubmitImplicitSignalResponse;
    };
    /** Stores a spoken comment; it is heard soon after. */
    submitVoiceFeedback: {
        query?: {
            tenantId?: string;
        };
        body: IngestVoiceFeedback;
        audio: Blob;
        answer: SubmitVoiceFeedbackResponse;
    };
    /** Counts the feedback on one output. */
    getFeedbackStats: {
        path: {
            outputId: string;
        };
        query?: {
            tenantId?: string;
        };
        answer: GetFeedbackStatsResponse;
    };
    /** Tells a feedback widget what to ask for. */
    getWidgetConfig: {
        query?: {
            tenantId?: string;
            userId?: string;
            outputId?: string;
        };
        answer: GetWidgetConfigResponse;
    };
    /** Stores many implicit signals, all or none. */
    batchSubmitImplicitSignals: {
        query?: {
            tenantId?: string;
        };
        body: Omit<BatchSubmitImplicitSignalsRequest, "requestId" | "tenantId">;
        answer: BatchSubmitImplicitSignalsResponse;
    };
    /** Sums up the feedback on a conversation. */
    getConversationSummary: {
        path: {
            conversationId: string;
        };
        query?: {
            tenantId?: string;
            pageSize?: number;
            pageToken?: string;
        };
        answer: GetConversationSummaryResponse;
    };
    /** Recommends a model; each answer is a decision of its own. */
    getRecommendation: {
        query: {
            tenantId?: string;
            userId?: string;
            taskType: string;
            domainMode?: string;
            candidates?: string[];
            excludedModels?: string[];
            requiredCapabilities?: string[];
            profiles?: ModelProfile[];
            costMax?: number;
            latencyMsMax?: number;
            costWeight?: number;
            strategy?: Strategy;
        };
        answer: GetRecommendationResponse;
    };
    /** Recommends a model, as GET does, for contexts too large for an address. */
    getRecommendationFor: {
        query?: {
            tenantId?: string;
        };
        body: RecommendationContext;
        answer: GetRecommendationResponse;
    };
    /** Lists learned scores. */
    listModelScores: {
        query: {
            tenantId?: string;
            scope: Scope;
            userId?: string;
            model?: string;
            taskType?: string;
            domainMode?: string;
            includeRollups?: boolean;
            pageSize?: number;
            pageToken?: string;
        };
        answer: ListModelScoresResponse;
    };
    /** Learns one output at once and shows what its feedback contributes. */
    learnOutput: {
        query?: {
            tenantId?: string;
        };
        body: Omit<LearnOutputRequest, "requestId" | "tenantId">;
        answer: LearnOutputResponse;
    };
    /** Hears a recording at once and keeps nothing of it. */
    transcribe: {
        query?: {
            tenantId?: string;
            language?: string;
            skipTranslation?: boolean;
        };
        audio: Blob;
        answer: TranscribeResponse;
    };
    /** Translates a text. */
    translateText: {
        query?: {
            tenantId?: string;
        };
        body: Omit<TranslateTextRequest, "requestId" | "tenantId">;
        answer: TranslateTextResponse;
    };
    /** Lists experiments, newest first. */
    listExperiments: {
        query?: {
            tenantId?: string;
            state?: ExperimentState;
            pageSize?: number;
            pageToken?: string;
        };
        answer: ListExperimentsResponse;
    };
    /** Creates a draft of an experiment. */
    createExperiment: {
        query?: {
            tenantId?: string;
            allTenants?: boolean;
        };
        body: ExperimentInput;
        answer: CreateExperimentResponse;
    };
    /** Changes an experiment; If-Match names the state that the caller has seen. */
    updateExperiment: {
        path: {
            experimentId: string;
        };
        query?: {
            tenantId?: string;
        };
        body: ExperimentInput;
        answer: UpdateExperimentResponse;
    };
    /** Counts a tenant's outputs and the feedback on them, by day and by model. */
    getTenantFeedbackStats: {
        query?: {
            tenantId?: string;
            startTime?: string;
            endTime?: string;
        };
        answer: GetTenantFeedbackStatsResponse;
    };
    /** Lists outputs with the feedback on them, newest first. */
    listOutputs: {
        query?: {
            tenantId?: string;
            startTime?: string;
            endTime?: string;
            model?: string;
            taskType?: string;
            domainMode?: string;
            userId?: string;
            conversationId?: string;
            rating?: Rating;
            category?: FeedbackCategory;
            signalType?: SignalType;
            withFeedback?: boolean;
            withComment?: boolean;
            withVoice?: boolean;
            pageSize?: number;
            pageToken?: string;
        };
        answer: ListOutputsResponse;
    };
    /** Shows one output: its manifest and all feedback that stands. */
    getOutput: {
        path: {
            outputId: string;
        };
        query?: {
            tenantId?: string;
        };
        answer: GetOutputResponse;
    };
    /** Erases a user and takes back what was learned from them. */
    forgetUser: {
        path: {
            userId: string;
        };
        query?: {
            tenantId?: string;
        };
        answer: ForgetUserResponse;
    };
    /** Streams everything that is stored of a user, one record a line. */
    exportUser: {
        path: {
            userId: string;
        };
        query?: {
            tenantId?: string;
        };
        answer: ExportUserResponse[];
    };
    /** Lists erasures, newest first, and how far each is. */
    listErasures: {
        query?: {
            tenantId?: string;
            pageSize?: number;
            pageToken?: string;
        };
        answer: ListErasuresResponse;
    };
    /** Lists who changed what, newest first. */
    listAuditEntries: {
        query?: {
            tenantId?: string;
            actor?: string;
            action?: string;
            target?: string;
            startTime?: string;
            endTime?: string;
            pageSize?: number;
            pageToken?: string;
        };
        answer: ListAuditEntriesResponse;
    };
    /** Lists how far each rater is trusted, and why. */
    listTrustScores: {
        query?: {
            tenantId?: string;
            outliersOnly?: boolean;
            pageSize?: number;
            pageToken?: string;
        };
        answer: ListTrustScoresResponse;
    };
    /** Sets how far a rater is trusted, whatever the rater says. */
    pinTrustScore: {
        path: {
            userId: string;
        };
        query?: {
            tenantId?: string;
        };
        body: Omit<PinTrustScoreRequest, "requestId" | "tenantId">;
        answer: PinTrustScoreResponse;
    };
    /** Lets a rater's trust be computed again. */
    clearTrustScore: {
        path: {
            userId: string;
        };
        query?: {
            tenantId?: string;
        };
        answer: ClearTrustScoreResponse;
    };
}
/** How an operation is asked for over HTTP. */
export interface RouteInfo {
    method: string;
    path: string;
    /** Whether Idempotency-Key makes it safe to repeat. */
    idempotent: boolean;
    /** Name of the part that describes a recording; empty for the recording alone; null for no recording. */
    upload: string | null;
    /** Whether the answer is one record a line. */
    lines: boolean;
}
export declare const ROUTES: {
    readonly [Name in keyof Routes]: RouteInfo;
};

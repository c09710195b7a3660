import type { BatchSubmitImplicitSignalsRequest, BatchSubmitImplicitSignalsResponse, CreateExperimentResponse, ExperimentInput, ExperimentState, ExplicitFeedbackInput, GetConversationSummaryResponse, GetFeedbackStatsResponse, GetRecommendationResponse, GetWidgetConfigResponse, ImplicitSignalInput, LearnOutputRequest, LearnOutputResponse, ListExperimentsResponse, ListModelScoresResponse, ListTrustScoresResponse, Scope, Strategy, SubmitExplicitFeedbackResponse, SubmitImplicitSignalResponse, UpdateExperimentResponse } from "./types.js";
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
    /** Recommends a model; each answer is a decision of its own. */
    getRecommendation: {
        query: {
            tenantId?: string;
            userId?: string;
            taskType: string;
            domainMode?: string;
            candidates?: string[];
            excludedModels?: string[];
            strategy?: Strategy;
        };
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

import type { JsonObject } from "../json.js";
export interface paths {
    "/api/v2/feedback/explicit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stores or replaces the explicit feedback of one user on one output.
         * @description Stores or replaces the explicit feedback of one user on one output. It may come before its manifest.
         */
        post: operations["submitExplicitFeedback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/feedback/implicit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stores one implicit signal.
         * @description Stores one implicit signal. It may come before its manifest.
         */
        post: operations["submitImplicitSignal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/feedback/voice": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stores a spoken comment; it is heard soon after.
         * @description Takes a spoken comment: a header, then chunks of audio.
         */
        post: operations["submitVoiceFeedback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/feedback/stats/{outputId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Counts the feedback on one output.
         * @description Counts the feedback on one output. Fails with NOT_FOUND when neither a manifest nor feedback is known.
         */
        get: operations["getFeedbackStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/service/feedback/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tells a feedback widget what to ask for.
         * @description Tells a feedback widget what to ask for.
         */
        get: operations["getWidgetConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/service/feedback/implicit/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stores many implicit signals, all or none.
         * @description Stores many implicit signals, all or none.
         */
        post: operations["batchSubmitImplicitSignals"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/service/feedback/conversation/{conversationId}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sums up the feedback on a conversation.
         * @description Sums up the feedback on a conversation. Fails with NOT_FOUND when no output of it is known.
         */
        get: operations["getConversationSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/neural/recommendation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Recommends a model; each answer is a decision of its own.
         * @description Recommends a model. Without any feedback it still answers, with confidence 0.
         */
        get: operations["getRecommendation"];
        put?: never;
        /**
         * Recommends a model, as GET does, for contexts too large for an address.
         * @description Recommends a model. Without any feedback it still answers, with confidence 0.
         */
        post: operations["getRecommendationFor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/neural/scores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists learned scores.
         * @description Lists learned scores.
         */
        get: operations["listModelScores"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/neural/learn": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Learns one output at once and shows what its feedback contributes.
         * @description Learns one output at once and shows what its feedback contributes.
         */
        post: operations["learnOutput"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/voice/transcribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hears a recording at once and keeps nothing of it.
         * @description Hears a recording at once and keeps nothing of it: a header, then the file in chunks. A recording that cannot be played fails with INVALID_ARGUMENT and a sentence for the person who made it; too many at once with RESOURCE_EXHAUSTED and the time to wait.
         */
        post: operations["transcribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/voice/translate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Translates a text.
         * @description Translates a text. A pair of languages that no engine knows fails with UNIMPLEMENTED and names the pair.
         */
        post: operations["translateText"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/experiments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists experiments, newest first.
         * @description Lists experiments, newest first.
         */
        get: operations["listExperiments"];
        put?: never;
        /**
         * Creates a draft of an experiment.
         * @description Creates a draft. An experiment over all tenants is for operators.
         */
        post: operations["createExperiment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/experiments/{experimentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Changes an experiment; If-Match names the state that the caller has seen.
         * @description Changes an experiment. What moves analysed users opens a new epoch.
         */
        put: operations["updateExperiment"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/feedback/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Counts a tenant's outputs and the feedback on them, by day and by model.
         * @description Counts the outputs of a tenant and the feedback on them, day by day and by model.
         */
        get: operations["getTenantFeedbackStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/outputs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists outputs with the feedback on them, newest first.
         * @description Lists outputs with the feedback on them, newest first. Outputs whose manifest is not known are not listed.
         */
        get: operations["listOutputs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/outputs/{outputId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows one output: its manifest and all feedback that stands.
         * @description Shows one output: its manifest and all feedback that stands. Fails with NOT_FOUND when nothing is known of it.
         */
        get: operations["getOutput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Erases a user and takes back what was learned from them.
         * @description Erases a user and takes back what was learned from them. What this service holds is gone with the answer; recordings, scores, trust, decisions and assignments follow within minutes: see ListErasures.
         */
        delete: operations["forgetUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/users/{userId}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Streams everything that is stored of a user, one record a line.
         * @description Streams everything that is stored of a user, whatever service keeps it.
         */
        get: operations["exportUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists erasures, newest first, and how far each is.
         * @description Lists erasures, newest first, and how far each is.
         */
        get: operations["listErasures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists who changed what, newest first.
         * @description Lists entries, newest first.
         */
        get: operations["listAuditEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/trust-scores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists how far each rater is trusted, and why.
         * @description Lists how far each rater is trusted, and why.
         */
        get: operations["listTrustScores"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/trust-scores/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sets how far a rater is trusted, whatever the rater says.
         * @description Fixes how far a rater is trusted, whatever the rater says; all that the rater said counts with it.
         */
        post: operations["pinTrustScore"];
        /**
         * Lets a rater's trust be computed again.
         * @description Lets a pinned trust score be computed again.
         */
        delete: operations["clearTrustScore"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An error (RFC 9457). */
        Problem: {
            /** @description The reason as a URN. */
            type: string;
            /** @description The reason phrase of the HTTP status. */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /** @description Describes the error in one sentence. */
            detail: string;
            /** @description The path of the request. */
            instance: string;
            /** @description Machine-readable and stable, in UPPER_SNAKE_CASE. */
            reason: string;
            /** @description Identifies the request in logs. */
            requestId: string;
            /** @description One entry for each invalid field, parameter or header. */
            errors?: {
                /** @description Path of the field. */
                field: string;
                /** @description The rule that failed. */
                detail: string;
            }[];
            /** @description Seconds to wait before a retry. */
            retryAfter?: number;
            /** @description Identifies the logged error. */
            errorId?: string;
        };
        /** @description ApproveRolloutStepRequest approves the next step. */
        ApproveRolloutStepRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description Why, for the audit. At most 500 characters. */
            reason?: string;
        };
        /** @description ApproveRolloutStepResponse shows the rollout after the approval. */
        ApproveRolloutStepResponse: {
            /** @description The rollout. */
            rollout?: components["schemas"]["Rollout"];
        };
        /**
         * @description AskReason is why a user is asked for an opinion, or not.
         *
         *     - ASK_REASON_UNSPECIFIED: Not known: user or output are not named, or the output's manifest is not here.
         *     - ASK_REASON_FIRST_OUTPUTS: Asked: one of the user's first outputs.
         *     - ASK_REASON_LOW_CONFIDENCE: Asked: the Brain was not sure of its choice.
         *     - ASK_REASON_VERIFICATION_FAILED: Asked: a check of the answer failed.
         *     - ASK_REASON_CONTRADICTION: Asked: the answer contradicts something.
         *     - ASK_REASON_SAMPLED: Asked: drawn.
         *     - ASK_REASON_NOT_SAMPLED: Not asked: not drawn.
         *     - ASK_REASON_FATIGUE: Not asked: the user was asked often enough of late.
         *     - ASK_REASON_ANSWERED: Not asked: the user has said something already.
         * @enum {string}
         */
        AskReason: "ASK_REASON_UNSPECIFIED" | "ASK_REASON_FIRST_OUTPUTS" | "ASK_REASON_LOW_CONFIDENCE" | "ASK_REASON_VERIFICATION_FAILED" | "ASK_REASON_CONTRADICTION" | "ASK_REASON_SAMPLED" | "ASK_REASON_NOT_SAMPLED" | "ASK_REASON_FATIGUE" | "ASK_REASON_ANSWERED";
        /** @description AssignVariantRequest asks which variant a user sees. */
        AssignVariantRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description For whom. Required. */
            context: components["schemas"]["AssignmentContext"];
        };
        /** @description AssignVariantResponse tells the variant. */
        AssignVariantResponse: {
            /** @description The assignment. */
            assignment?: components["schemas"]["Assignment"];
        };
        /** @description Assignment is the variant that a user sees. */
        Assignment: {
            /** @description Experiment. */
            experimentId: string;
            /** @description Variant; empty when the user is in none. */
            variant: string;
            /**
             * Format: int32
             * @description Epoch in which it was assigned.
             */
            epoch: number;
            /** @description Whether the user's outcomes count. */
            analysed: boolean;
            /** @description Why: bucket, forced, not_covered, holdout, outside_layer, unassigned, not_running. */
            reason: string;
            /** @description The variant's configuration. */
            config?: JsonObject;
        };
        /** @description AssignmentContext says who is to be assigned, and for what. */
        AssignmentContext: {
            /** @description User. 1 to 200 characters. */
            userId: string;
            /** @description Task; empty meets no condition on tasks. At most 64 characters. */
            taskType?: string;
            /** @description Domain; empty means general. At most 64 characters. */
            domainMode?: string;
            /** @description Attributes of the user. At most 32. */
            attributes?: {
                [key: string]: string;
            };
        };
        /** @description AttributeCondition covers users whose attribute has one of some values. */
        AttributeCondition: {
            /** @description Attribute. 1 to 64 characters. */
            name: string;
            /** @description Values that are covered. At most 64. */
            values: string[];
        };
        /** @description AttributeCondition covers users whose attribute has one of some values. */
        AttributeConditionInput: {
            /** @description Attribute. 1 to 64 characters. */
            name: string;
            /** @description Values that are covered. At most 64. */
            values?: string[];
        };
        /** @description AuditEntry says who changed what, when and why. */
        AuditEntry: {
            /**
             * @description Number within the tenant, from 1, without gaps.
             *
             *     A 64-bit integer as a string.
             */
            sequence: string;
            /**
             * Format: date-time
             * @description When.
             */
            createTime?: string;
            /** @description Service that made the change. */
            service: string;
            /** @description Subject of the caller's token. */
            actor: string;
            /** @description What was done, such as experiment.start. */
            action: string;
            /** @description Identifier of what was changed; never the name of a user who was erased. */
            target: string;
            /** @description Why, as the caller stated it; empty when nothing was stated. */
            reason: string;
            /** @description What was changed, as a JSON object; empty when there is no more to say. */
            detailJson: string;
            /** @description SHA-256 over the hash before and this entry, in hexadecimal. */
            hash: string;
        };
        /** @description BatchAssignVariantsRequest asks for many users. */
        BatchAssignVariantsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description For whom. 1 to 1,000. */
            contexts: components["schemas"]["AssignmentContext"][];
        };
        /** @description BatchAssignVariantsResponse tells the variants. */
        BatchAssignVariantsResponse: {
            /** @description One per context, in the order of the request. */
            assignments: components["schemas"]["Assignment"][];
        };
        /** @description BatchGetRecommendationsRequest asks for many models. */
        BatchGetRecommendationsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description For whom and for what. 1 to 256. */
            contexts: components["schemas"]["RecommendationContext"][];
        };
        /** @description BatchGetRecommendationsResponse answers each context in order. */
        BatchGetRecommendationsResponse: {
            /** @description One per context, in the order of the request. */
            recommendations: components["schemas"]["Recommendation"][];
        };
        /** @description BatchRecordManifestsRequest asks to record many manifests. */
        BatchRecordManifestsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description Manifests to record. 1 to 1,000. */
            manifests: components["schemas"]["ExecutionManifestInput"][];
        };
        /** @description BatchRecordManifestsResponse tells what became of each manifest. */
        BatchRecordManifestsResponse: {
            /** @description One result per manifest, in the order of the request. */
            results: components["schemas"]["ItemResult"][];
        };
        /** @description BatchRefusal tells why nothing of a batch was stored. */
        BatchRefusal: {
            /** @description Machine-readable reason in UPPER_SNAKE_CASE. */
            reason: string;
            /** @description What is wrong, naming each bad field. */
            message: string;
            /** @description Whether the same batch may succeed later. */
            retryable: boolean;
            /**
             * Format: int32
             * @description Least time to wait before sending it again, in milliseconds; 0 when it is not retryable.
             */
            retryAfterMs: number;
            /** @description Each bad field, by its path in the batch. */
            problems: components["schemas"]["FieldProblem"][];
        };
        /** @description BatchRun is a nightly run, under way or ended. */
        BatchRun: {
            /** @description Identifies the run. */
            runId: string;
            /** @description State. */
            state: components["schemas"]["BatchRunState"];
            /**
             * @description Units read so far.
             *
             *     A 64-bit integer as a string.
             */
            unitsDone: string;
            /**
             * @description Units to read, as counted at the start.
             *
             *     A 64-bit integer as a string.
             */
            unitsTotal: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description When it ended; absent while it runs.
             */
            endTime?: string;
            /** @description Why it failed; empty otherwise. */
            errorMessage: string;
            /** @description Step that is being done: trust, rebuild, priors, drift or expiry; empty between steps and at the end. */
            step: string;
            /** @description Steps behind it. */
            stepsDone: string[];
            /**
             * Format: int32
             * @description How often it was taken up, the first time included.
             */
            attempts: number;
        };
        /** @description BatchRunRecord is a nightly run and its report. */
        BatchRunRecord: {
            /** @description The run. */
            run?: components["schemas"]["BatchRun"];
            /** @description What it reported; absent until it has succeeded. */
            report?: components["schemas"]["RunBatchLearningResponse"];
        };
        /**
         * @description BatchRunState is the state of a nightly run.
         *
         *     - BATCH_RUN_STATE_UNSPECIFIED: Never sent.
         *     - BATCH_RUN_STATE_RUNNING: Under way, or waiting to be taken up again.
         *     - BATCH_RUN_STATE_SUCCEEDED: Done.
         *     - BATCH_RUN_STATE_FAILED: Given up; the version before stays.
         * @enum {string}
         */
        BatchRunState: "BATCH_RUN_STATE_UNSPECIFIED" | "BATCH_RUN_STATE_RUNNING" | "BATCH_RUN_STATE_SUCCEEDED" | "BATCH_RUN_STATE_FAILED";
        /** @description BatchSubmitImplicitSignalsRequest carries many implicit signals. */
        BatchSubmitImplicitSignalsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description Signals to store. 1 to 1,000. */
            signals: components["schemas"]["ImplicitSignalInput"][];
        };
        /** @description BatchSubmitImplicitSignalsResponse confirms that all signals of a batch are durable. */
        BatchSubmitImplicitSignalsResponse: {
            /** @description One result per signal, in the order of the request. */
            results: components["schemas"]["ItemResult"][];
        };
        /** @description BrainScore is the Brain's own score of a model. */
        BrainScore: {
            /** @description Model. 1 to 200 characters. */
            model: string;
            /**
             * Format: double
             * @description Score in [0, 1].
             */
            score?: number;
        };
        /** @description BudgetState is where the day's spending stands and what that does to recommendations. */
        BudgetState: {
            /**
             * Format: double
             * @description What outputs created since the beginning of the UTC day cost, in US dollars, as far as they are learned.
             */
            spentTodayUsd: number;
            /**
             * @description How many outputs those are.
             *
             *     A 64-bit integer as a string.
             */
            requestsToday: string;
            /**
             * Format: double
             * @description Weight of cost that recommendations take at least, in [0, 1]; 1 from the end of the budget to the end of the day, and 0 without a budget. A request's own cost_weight holds where it is greater.
             */
            costWeight: number;
            /**
             * Format: date-time
             * @description When that weight was last set; absent when it never was.
             */
            updateTime?: string;
        };
        /** @description CancelExperimentRequest asks to cancel an experiment. */
        CancelExperimentRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
            etag?: string;
            /** @description Why, for the audit. At most 500 characters. */
            reason?: string;
        };
        /** @description CancelExperimentResponse shows the experiment after the change. */
        CancelExperimentResponse: {
            /** @description The experiment. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description CategoryCount counts explicit feedback that names a category. */
        CategoryCount: {
            /** @description Category. */
            category: components["schemas"]["FeedbackCategory"];
            /**
             * @description Thumbs up.
             *
             *     A 64-bit integer as a string.
             */
            positive: string;
            /**
             * @description Neither.
             *
             *     A 64-bit integer as a string.
             */
            neutral: string;
            /**
             * @description Thumbs down.
             *
             *     A 64-bit integer as a string.
             */
            negative: string;
        };
        /** @description CellChange is a cell whose score a rebuild changed. */
        CellChange: {
            /** @description Tenant; empty at global scope. */
            tenantId: string;
            /** @description Before; absent when the cell is new. */
            before?: components["schemas"]["ModelScore"];
            /** @description After; absent when the cell is gone. */
            after?: components["schemas"]["ModelScore"];
        };
        /** @description ClearTrustScoreRequest asks to compute a rater's trust again. */
        ClearTrustScoreRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description Rater who has a trust score. 1 to 200 characters. */
            userId: string;
        };
        /** @description ClearTrustScoreResponse shows the score after the change. */
        ClearTrustScoreResponse: {
            /** @description The score. */
            score?: components["schemas"]["TrustScore"];
        };
        /** @description Comparison is a treatment against the control by one metric. */
        Comparison: {
            /** @description Metric. */
            metric: string;
            /** @description Treatment. */
            variant: string;
            /**
             * Format: double
             * @description Mean of the control.
             */
            controlMean: number;
            /**
             * Format: double
             * @description Mean of the treatment.
             */
            treatmentMean: number;
            /**
             * Format: double
             * @description Treatment less control.
             */
            difference: number;
            /**
             * Format: double
             * @description Lower bound of the fixed-horizon interval.
             */
            lower: number;
            /**
             * Format: double
             * @description Upper bound of the fixed-horizon interval.
             */
            upper: number;
            /**
             * Format: double
             * @description p of the fixed-horizon test, in [0, 1]; 1 when it cannot be computed.
             */
            pValue: number;
            /**
             * Format: double
             * @description p adjusted over metrics by Holm.
             */
            pHolm: number;
            /**
             * Format: double
             * @description p adjusted over metrics by Benjamini and Hochberg.
             */
            pBenjaminiHochberg: number;
            /**
             * Format: double
             * @description Lower bound of the confidence sequence, valid at every look.
             */
            sequenceLower: number;
            /**
             * Format: double
             * @description Upper bound of the confidence sequence.
             */
            sequenceUpper: number;
            /**
             * Format: double
             * @description Effect size: Cohen's d, or h for proportions.
             */
            effectSize: number;
            /** @description Test that gave p. */
            test: string;
            /** @description Whether the sequence excludes no difference. */
            significantAnytime: boolean;
        };
        /** @description CompleteExperimentRequest asks to complete an experiment. */
        CompleteExperimentRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
            etag?: string;
            /** @description Why, for the audit. At most 500 characters. */
            reason?: string;
        };
        /** @description CompleteExperimentResponse shows the experiment after the change. */
        CompleteExperimentResponse: {
            /** @description The experiment. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description CreateExperimentRequest asks to create a draft. */
        CreateExperimentRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description The experiment; what the service sets is ignored. Required. */
            experiment: components["schemas"]["ExperimentInput"];
            /** @description Whether it covers all tenants; for operators. */
            allTenants?: boolean;
        };
        /** @description CreateExperimentResponse shows the draft. */
        CreateExperimentResponse: {
            /** @description The experiment. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description Criterion is one condition of deployment. */
        Criterion: {
            /** @description Name: significance, direction, users, duration, latency, sample_ratio or guardrail:<metric>. */
            name: string;
            /**
             * Format: double
             * @description What was measured.
             */
            value: number;
            /**
             * Format: double
             * @description What is required.
             */
            threshold: number;
            /** @description Whether it holds. */
            passed: boolean;
            /** @description In words. */
            explanation: string;
        };
        /** @description DayStats counts the outputs of one day and the feedback on them, whenever it came. */
        DayStats: {
            /** @description Day in UTC, such as 2026-11-21; empty for a total. */
            day: string;
            /**
             * @description Outputs.
             *
             *     A 64-bit integer as a string.
             */
            outputs: string;
            /**
             * @description Of them, those with any feedback that stands.
             *
             *     A 64-bit integer as a string.
             */
            outputsWithFeedback: string;
            /**
             * @description Of them, those that followed a recommendation.
             *
             *     A 64-bit integer as a string.
             */
            outputsFollowed: string;
            /** @description Feedback on them. */
            counts?: components["schemas"]["FeedbackCounts"];
            /**
             * Format: double
             * @description Sum of what they cost, in US dollars.
             */
            costUsd: number;
        };
        /** @description Drift is a model whose last week differs from the four weeks before by more than chance. */
        Drift: {
            /** @description Tenant. */
            tenantId: string;
            /** @description Task. */
            taskType: string;
            /** @description Domain. */
            domainMode: string;
            /** @description Model. */
            model: string;
            /**
             * @description Units of the four weeks before.
             *
             *     A 64-bit integer as a string.
             */
            unitsBefore: string;
            /**
             * Format: double
             * @description Their mean score.
             */
            scoreBefore: number;
            /**
             * @description Units of the last week.
             *
             *     A 64-bit integer as a string.
             */
            unitsAfter: string;
            /**
             * Format: double
             * @description Their mean score.
             */
            scoreAfter: number;
            /**
             * Format: double
             * @description Difference in standard errors.
             */
            standardErrors: number;
        };
        /** @description Erasure is one user's erasure. It does not name the user once all is erased. */
        Erasure: {
            /** @description Identifies it. */
            erasureId: string;
            /** @description User, until all is erased; empty afterwards. */
            userId: string;
            /** @description SHA-256 of tenant and user in hexadecimal, to answer whether a given user was erased. */
            userDigest: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            requestTime?: string;
            /**
             * Format: date-time
             * @description When all of it was done; absent until then.
             */
            completeTime?: string;
            /**
             * @description Rows that the intake erased.
             *
             *     A 64-bit integer as a string.
             */
            rowsErased: string;
            /** @description Parts that are done, of: recordings, learning, decisions, experiments. */
            partsDone: string[];
            /** @description Parts that are not done yet. */
            partsPending: string[];
        };
        /** @description EvaluatePolicyRequest asks how another strategy would have done. */
        EvaluatePolicyRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Strategy to evaluate. Required. */
            strategy: components["schemas"]["Strategy"];
            /**
             * Format: date-time
             * @description Decisions from here on; defaults to 30 days ago.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Decisions before this; defaults to now.
             */
            endTime?: string;
        };
        /** @description EvaluatePolicyResponse estimates how another strategy would have done. */
        EvaluatePolicyResponse: {
            /** @description Estimates; empty when there is not enough data. */
            estimates: components["schemas"]["PolicyEstimate"][];
            /**
             * @description Decisions with feedback.
             *
             *     A 64-bit integer as a string.
             */
            events: string;
            /**
             * Format: double
             * @description Effective sample size of the weights.
             */
            effectiveSampleSize: number;
            /** @description Whether a verdict is possible. */
            enoughData: boolean;
            /** @description What is missing for a verdict; empty otherwise. */
            explanation: string;
        };
        /** @description ExecutionManifest is the full provenance of one AI output: what was asked, which models answered, at what cost, and which recommendation was followed. It is immutable once recorded. */
        ExecutionManifest: {
            /** @description Identifies the output within its tenant; chosen by the caller. 1 to 100 characters. */
            outputId: string;
            /** @description User who received the output. 1 to 200 characters. */
            userId: string;
            /** @description Conversation that the output belongs to; empty when there is none. At most 200 characters. */
            conversationId: string;
            /** @description Message within the conversation; empty when there is none. At most 200 characters. */
            messageId: string;
            /** @description Kind of request that produced the output. Required. */
            requestType: components["schemas"]["RequestType"];
            /** @description Task, an open set in lower case: chat, code, analysis, creative, vision, audio, medical, legal, research, translation and whatever the tenant adds. 1 to 64 characters. "any" is reserved for roll-ups. */
            taskType: string;
            /** @description Domain, an open set in lower case: general, medical, legal, code, creative, research, business and whatever the tenant adds. Empty means general. At most 64 characters. "any" is reserved for roll-ups. */
            domainMode: string;
            /** @description SHA-256 of the prompt, 32 bytes, or empty. The prompt itself is never sent for storage. */
            inputPromptHash: string;
            /** @description Text of the prompt, used to detect its language and then discarded. At most 16,384 characters. */
            inputPromptSample: string;
            /**
             * Format: int32
             * @description Tokens of the prompt. At least 0.
             */
            inputTokens: number;
            /** @description Language of the prompt, ISO 639-1 in lower case; empty lets the service detect it from the sample. */
            inputLanguage: string;
            /** @description Models that produced the output, most important first; each receives an equal share of the feedback. 1 to 16 distinct identifiers of at most 200 characters. */
            modelsUsed: string[];
            /** @description Version of each model, by identifier; a model that is absent has the unnamed version. */
            modelVersions: {
                [key: string]: string;
            };
            /** @description Orchestration that produced the output; empty when there was none. At most 200 characters. */
            orchestrationId: string;
            /** @description Human-readable name of the orchestration. At most 200 characters. */
            orchestrationName: string;
            /** @description Other services that took part, such as retrieval or search. At most 32 of at most 200 characters. */
            servicesUsed: string[];
            /** @description Thermal state of each model when it was called. */
            thermalStates: {
                [key: string]: components["schemas"]["ThermalState"];
            };
            /** @description Health of each provider when the request was routed. */
            providerHealth: {
                [key: string]: components["schemas"]["ProviderHealth"];
            };
            /** @description Why the Brain chose as it did, in its own words. At most 4,000 characters. */
            brainReasoning: string;
            /**
             * Format: double
             * @description Confidence of the Brain in its choice, in [0, 1]; absent when it gave none.
             */
            brainConfidence?: number;
            /** @description Whether the user overrode the choice of model. */
            wasUserOverride: boolean;
            /**
             * Format: int32
             * @description Tokens of the output. At least 0.
             */
            outputTokens: number;
            /**
             * Format: double
             * @description Time from request to the last token, in milliseconds. At least 0.
             */
            totalLatencyMs: number;
            /**
             * Format: double
             * @description Time from request to the first token, in milliseconds; absent when unknown.
             */
            timeToFirstTokenMs?: number;
            /**
             * Format: double
             * @description Cost of the output in US dollars. At least 0.
             */
            totalCost: number;
            /** @description Whether the output was streamed to the user. */
            wasStreamed: boolean;
            /** @description Steps of an orchestration in order. At most 64. */
            steps: components["schemas"]["ManifestStep"][];
            /** @description Identifier of the recommendation that was followed; empty when none was asked. At most 64 characters. */
            decisionId: string;
            /**
             * Format: double
             * @description Probability with which the recommendation chose its model, in (0, 1]; absent without a recommendation.
             */
            propensity?: number;
            /**
             * Format: date-time
             * @description When the output was produced; defaults to the time of receipt. It sets the age of all feedback on the output. Not more than 5 minutes ahead of the service and not before 2020.
             */
            createTime?: string;
            /**
             * Format: uuid
             * @description Experiment that decided on the model, from the recommendation; empty when none did. A UUID.
             */
            experimentId: string;
            /** @description Variant of that experiment. At most 64 characters. */
            variant: string;
            /**
             * Format: int32
             * @description Epoch of that experiment. At least 0.
             */
            experimentEpoch: number;
            /** @description Whether a check of the answer failed, such as a citation, a calculation or a test that was run. Feedback is asked for. */
            verificationFailed: boolean;
            /** @description Whether the answer contradicts itself, another model's answer or what was said before. Feedback is asked for. */
            contradictionFound: boolean;
        };
        /** @description ExecutionManifest is the full provenance of one AI output: what was asked, which models answered, at what cost, and which recommendation was followed. It is immutable once recorded. */
        ExecutionManifestInput: {
            /** @description Identifies the output within its tenant; chosen by the caller. 1 to 100 characters. */
            outputId: string;
            /** @description User who received the output. 1 to 200 characters. */
            userId: string;
            /** @description Conversation that the output belongs to; empty when there is none. At most 200 characters. */
            conversationId?: string;
            /** @description Message within the conversation; empty when there is none. At most 200 characters. */
            messageId?: string;
            /** @description Kind of request that produced the output. Required. */
            requestType: components["schemas"]["RequestType"];
            /** @description Task, an open set in lower case: chat, code, analysis, creative, vision, audio, medical, legal, research, translation and whatever the tenant adds. 1 to 64 characters. "any" is reserved for roll-ups. */
            taskType: string;
            /** @description Domain, an open set in lower case: general, medical, legal, code, creative, research, business and whatever the tenant adds. Empty means general. At most 64 characters. "any" is reserved for roll-ups. */
            domainMode?: string;
            /** @description SHA-256 of the prompt, 32 bytes, or empty. The prompt itself is never sent for storage. */
            inputPromptHash?: string;
            /** @description Text of the prompt, used to detect its language and then discarded. At most 16,384 characters. */
            inputPromptSample?: string;
            /**
             * Format: int32
             * @description Tokens of the prompt. At least 0.
             */
            inputTokens?: number;
            /** @description Language of the prompt, ISO 639-1 in lower case; empty lets the service detect it from the sample. */
            inputLanguage?: string;
            /** @description Models that produced the output, most important first; each receives an equal share of the feedback. 1 to 16 distinct identifiers of at most 200 characters. */
            modelsUsed: string[];
            /** @description Version of each model, by identifier; a model that is absent has the unnamed version. */
            modelVersions?: {
                [key: string]: string;
            };
            /** @description Orchestration that produced the output; empty when there was none. At most 200 characters. */
            orchestrationId?: string;
            /** @description Human-readable name of the orchestration. At most 200 characters. */
            orchestrationName?: string;
            /** @description Other services that took part, such as retrieval or search. At most 32 of at most 200 characters. */
            servicesUsed?: string[];
            /** @description Thermal state of each model when it was called. */
            thermalStates?: {
                [key: string]: components["schemas"]["ThermalState"];
            };
            /** @description Health of each provider when the request was routed. */
            providerHealth?: {
                [key: string]: components["schemas"]["ProviderHealthInput"];
            };
            /** @description Why the Brain chose as it did, in its own words. At most 4,000 characters. */
            brainReasoning?: string;
            /**
             * Format: double
             * @description Confidence of the Brain in its choice, in [0, 1]; absent when it gave none.
             */
            brainConfidence?: number;
            /** @description Whether the user overrode the choice of model. */
            wasUserOverride?: boolean;
            /**
             * Format: int32
             * @description Tokens of the output. At least 0.
             */
            outputTokens?: number;
            /**
             * Format: double
             * @description Time from request to the last token, in milliseconds. At least 0.
             */
            totalLatencyMs?: number;
            /**
             * Format: double
             * @description Time from request to the first token, in milliseconds; absent when unknown.
             */
            timeToFirstTokenMs?: number;
            /**
             * Format: double
             * @description Cost of the output in US dollars. At least 0.
             */
            totalCost?: number;
            /** @description Whether the output was streamed to the user. */
            wasStreamed?: boolean;
            /** @description Steps of an orchestration in order. At most 64. */
            steps?: components["schemas"]["ManifestStepInput"][];
            /** @description Identifier of the recommendation that was followed; empty when none was asked. At most 64 characters. */
            decisionId?: string;
            /**
             * Format: double
             * @description Probability with which the recommendation chose its model, in (0, 1]; absent without a recommendation.
             */
            propensity?: number;
            /**
             * Format: date-time
             * @description When the output was produced; defaults to the time of receipt. It sets the age of all feedback on the output. Not more than 5 minutes ahead of the service and not before 2020.
             */
            createTime?: string;
            /**
             * Format: uuid
             * @description Experiment that decided on the model, from the recommendation; empty when none did. A UUID.
             */
            experimentId?: string;
            /** @description Variant of that experiment. At most 64 characters. */
            variant?: string;
            /**
             * Format: int32
             * @description Epoch of that experiment. At least 0.
             */
            experimentEpoch?: number;
            /** @description Whether a check of the answer failed, such as a citation, a calculation or a test that was run. Feedback is asked for. */
            verificationFailed?: boolean;
            /** @description Whether the answer contradicts itself, another model's answer or what was said before. Feedback is asked for. */
            contradictionFound?: boolean;
        };
        /** @description Experiment compares ways of routing requests on real users. Its first variant is the control. */
        Experiment: {
            /** @description Identifier; assigned by the service. */
            experimentId: string;
            /** @description Tenant; empty for an experiment over all tenants. */
            tenantId: string;
            /** @description What people call it. 1 to 200 characters. */
            displayName: string;
            /** @description What is expected, and why. At most 2,000 characters. */
            hypothesis: string;
            /** @description What is varied. Required. */
            type: components["schemas"]["ExperimentType"];
            /** @description Where it stands; set by the service. */
            state: components["schemas"]["ExperimentState"];
            /** @description Variants, the control first. 2 to 8 with distinct names. */
            variants: components["schemas"]["Variant"][];
            /**
             * Format: double
             * @description Share of users in treatment, in [0, 1]; all treatments together. Raising it never moves a treated user back.
             */
            trafficPercentage: number;
            /** @description Whom it covers; absent covers everybody. */
            targeting?: components["schemas"]["Targeting"];
            /** @description Layer: experiments of one layer never share a user. Empty for none. At most 64 characters. */
            layer: string;
            /**
             * Format: double
             * @description Start of its share of the layer, in [0, 1].
             */
            layerStart: number;
            /**
             * Format: double
             * @description End of its share of the layer, in [0, 1]; 0 means 1.
             */
            layerEnd: number;
            /**
             * Format: double
             * @description Share of users kept out of every experiment of the layer, in [0, 1].
             */
            holdout: number;
            /** @description Variants that testers see whatever their bucket, by user; never analysed. At most 100. */
            forcedVariants: {
                [key: string]: string;
            };
            /** @description What is measured beside the positive rate. At most 20. */
            metrics: components["schemas"]["Metric"][];
            /** @description When a treatment wins; unspecified means superiority. */
            winnerRule: components["schemas"]["WinnerRule"];
            /**
             * Format: double
             * @description Error of the first kind, in (0, 0.5]; 0 means 0.05.
             */
            alpha: number;
            /**
             * Format: int32
             * @description Least users a variant before a verdict; 0 means 1,000.
             */
            usersMin: number;
            /** @description Least time before a verdict; absent means 168 hours. */
            durationMin?: string;
            /**
             * Format: int32
             * @description Analysis starts anew with each epoch and is stratified over them; set by the service.
             */
            epoch: number;
            /** @description Names this state for optimistic concurrency; set by the service. */
            etag: string;
            /**
             * Format: date-time
             * @description When it was created.
             */
            createTime?: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime?: string;
            /**
             * Format: date-time
             * @description When it was first started; absent before.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description When it was completed or cancelled; absent before.
             */
            endTime?: string;
        };
        /** @description Experiment compares ways of routing requests on real users. Its first variant is the control. */
        ExperimentInput: {
            /** @description Identifier; assigned by the service. */
            experimentId?: string;
            /** @description Tenant; empty for an experiment over all tenants. */
            tenantId?: string;
            /** @description What people call it. 1 to 200 characters. */
            displayName: string;
            /** @description What is expected, and why. At most 2,000 characters. */
            hypothesis?: string;
            /** @description What is varied. Required. */
            type: components["schemas"]["ExperimentType"];
            /** @description Where it stands; set by the service. */
            state?: components["schemas"]["ExperimentState"];
            /** @description Variants, the control first. 2 to 8 with distinct names. */
            variants: components["schemas"]["VariantInput"][];
            /**
             * Format: double
             * @description Share of users in treatment, in [0, 1]; all treatments together. Raising it never moves a treated user back.
             */
            trafficPercentage?: number;
            /** @description Whom it covers; absent covers everybody. */
            targeting?: components["schemas"]["TargetingInput"];
            /** @description Layer: experiments of one layer never share a user. Empty for none. At most 64 characters. */
            layer?: string;
            /**
             * Format: double
             * @description Start of its share of the layer, in [0, 1].
             */
            layerStart?: number;
            /**
             * Format: double
             * @description End of its share of the layer, in [0, 1]; 0 means 1.
             */
            layerEnd?: number;
            /**
             * Format: double
             * @description Share of users kept out of every experiment of the layer, in [0, 1].
             */
            holdout?: number;
            /** @description Variants that testers see whatever their bucket, by user; never analysed. At most 100. */
            forcedVariants?: {
                [key: string]: string;
            };
            /** @description What is measured beside the positive rate. At most 20. */
            metrics?: components["schemas"]["MetricInput"][];
            /** @description When a treatment wins; unspecified means superiority. */
            winnerRule?: components["schemas"]["WinnerRule"];
            /**
             * Format: double
             * @description Error of the first kind, in (0, 0.5]; 0 means 0.05.
             */
            alpha?: number;
            /**
             * Format: int32
             * @description Least users a variant before a verdict; 0 means 1,000.
             */
            usersMin?: number;
            /** @description Least time before a verdict; absent means 168 hours. */
            durationMin?: string;
            /**
             * Format: int32
             * @description Analysis starts anew with each epoch and is stratified over them; set by the service.
             */
            epoch?: number;
            /** @description Names this state for optimistic concurrency; set by the service. */
            etag?: string;
            /**
             * Format: date-time
             * @description When it was created.
             */
            createTime?: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime?: string;
            /**
             * Format: date-time
             * @description When it was first started; absent before.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description When it was completed or cancelled; absent before.
             */
            endTime?: string;
        };
        /**
         * @description ExperimentState is where an experiment stands.
         *
         *     - EXPERIMENT_STATE_UNSPECIFIED: Never sent.
         *     - EXPERIMENT_STATE_DRAFT: Being prepared; assigns nobody.
         *     - EXPERIMENT_STATE_RUNNING: Assigns users.
         *     - EXPERIMENT_STATE_PAUSED: Assigns nobody for now.
         *     - EXPERIMENT_STATE_COMPLETED: Ended with a result.
         *     - EXPERIMENT_STATE_CANCELLED: Ended without.
         * @enum {string}
         */
        ExperimentState: "EXPERIMENT_STATE_UNSPECIFIED" | "EXPERIMENT_STATE_DRAFT" | "EXPERIMENT_STATE_RUNNING" | "EXPERIMENT_STATE_PAUSED" | "EXPERIMENT_STATE_COMPLETED" | "EXPERIMENT_STATE_CANCELLED";
        /**
         * @description ExperimentType is what an experiment varies. Values may be added.
         *
         *     - EXPERIMENT_TYPE_UNSPECIFIED: Not stated; refused on input.
         *     - EXPERIMENT_TYPE_MODEL_ROUTING: Which model answers.
         *     - EXPERIMENT_TYPE_ORCHESTRATION: Which orchestration runs.
         *     - EXPERIMENT_TYPE_SERVICE: Which service takes part.
         *     - EXPERIMENT_TYPE_PROMPT: Which prompt is used.
         * @enum {string}
         */
        ExperimentType: "EXPERIMENT_TYPE_UNSPECIFIED" | "EXPERIMENT_TYPE_MODEL_ROUTING" | "EXPERIMENT_TYPE_ORCHESTRATION" | "EXPERIMENT_TYPE_SERVICE" | "EXPERIMENT_TYPE_PROMPT";
        /** @description ExplainRecommendationRequest asks what would be recommended, and why. */
        ExplainRecommendationRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description For whom and for what. Required. */
            context: components["schemas"]["RecommendationContext"];
        };
        /** @description ExplainRecommendationResponse shows every step from counts to choice. */
        ExplainRecommendationResponse: {
            /** @description Candidates, best first. */
            models: components["schemas"]["ModelExplanation"][];
            /** @description One sentence on which counts decided. */
            reasoning: string;
            /** @description How a model would be chosen. */
            strategy: components["schemas"]["Strategy"];
            /** @description How feedback counted. */
            learningMode: components["schemas"]["LearningMode"];
            /** @description Candidates that fail a constraint. */
            refused: components["schemas"]["RefusedModel"][];
            /**
             * @description Version of the learned scores.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
        };
        /** @description ExplicitFeedback is what a user said of an output on purpose: a thumb, categories, a comment. There is one per output and user: a later one replaces it. */
        ExplicitFeedback: {
            /** @description Output that is judged. 1 to 100 characters. */
            outputId: string;
            /** @description User who judges. 1 to 200 characters. */
            userId: string;
            /** @description Thumb. Required. */
            rating: components["schemas"]["Rating"];
            /** @description What the rating is about; empty for the output as a whole. At most 9 distinct values. */
            categories: components["schemas"]["FeedbackCategory"][];
            /** @description Comment in any language. At most 4,000 characters. */
            comment: string;
            /** @description Where the feedback was given. Required. */
            source: components["schemas"]["FeedbackSource"];
            /** @description User agent of the client. At most 512 characters. */
            userAgent: string;
            /**
             * Format: date-time
             * @description When the user acted, by the client's clock; defaults to the time of receipt. Of two votes the later one by this time stands, in whatever order they arrive. Not more than 5 minutes ahead of the service, not before 2020.
             */
            clientTime?: string;
        };
        /** @description ExplicitFeedback is what a user said of an output on purpose: a thumb, categories, a comment. There is one per output and user: a later one replaces it. */
        ExplicitFeedbackInput: {
            /** @description Output that is judged. 1 to 100 characters. */
            outputId: string;
            /** @description User who judges. 1 to 200 characters. */
            userId: string;
            /** @description Thumb. Required. */
            rating: components["schemas"]["Rating"];
            /** @description What the rating is about; empty for the output as a whole. At most 9 distinct values. */
            categories?: components["schemas"]["FeedbackCategory"][];
            /** @description Comment in any language. At most 4,000 characters. */
            comment?: string;
            /** @description Where the feedback was given. Required. */
            source: components["schemas"]["FeedbackSource"];
            /** @description User agent of the client. At most 512 characters. */
            userAgent?: string;
            /**
             * Format: date-time
             * @description When the user acted, by the client's clock; defaults to the time of receipt. Of two votes the later one by this time stands, in whatever order they arrive. Not more than 5 minutes ahead of the service, not before 2020.
             */
            clientTime?: string;
        };
        /** @description ExportUserRequest asks for everything that is stored of a user. */
        ExportUserRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description User. 1 to 200 characters. */
            userId: string;
        };
        /** @description ExportUserResponse is one record of a user. */
        ExportUserResponse: {
            /** @description Table that the record comes from. */
            kind: string;
            /** @description The record as a JSON object. */
            recordJson: string;
        };
        /** @description Exposure says that a user saw a variant, and what came of it if the client measured that. */
        Exposure: {
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description User. 1 to 200 characters. */
            userId: string;
            /** @description Variant. 1 to 64 characters. */
            variant: string;
            /**
             * Format: int32
             * @description Epoch of the assignment. At least 1.
             */
            epoch?: number;
            /** @description Output that the user got; empty for a mere exposure. At most 100 characters. */
            outputId?: string;
            /** @description Metrics that the client measured on it, by name. At most 20. */
            metrics?: {
                [key: string]: number;
            };
            /**
             * Format: date-time
             * @description When it happened; defaults to the time of receipt. Not more than 5 minutes ahead of the service, not before 2020.
             */
            exposureTime?: string;
        };
        /**
         * @description FeedbackCategory is what a rating is about. Values may be added.
         *
         *     - FEEDBACK_CATEGORY_UNSPECIFIED: Not stated; refused on input.
         *     - FEEDBACK_CATEGORY_ACCURACY: Whether the output is right.
         *     - FEEDBACK_CATEGORY_RELEVANCE: Whether it answers the question.
         *     - FEEDBACK_CATEGORY_TONE: How it sounds.
         *     - FEEDBACK_CATEGORY_FORMAT: How it is laid out.
         *     - FEEDBACK_CATEGORY_SPEED: How fast it came.
         *     - FEEDBACK_CATEGORY_SAFETY: Whether it is harmless.
         *     - FEEDBACK_CATEGORY_CREATIVITY: Whether it is original.
         *     - FEEDBACK_CATEGORY_COMPLETENESS: Whether anything is missing.
         *     - FEEDBACK_CATEGORY_OTHER: Anything else.
         * @enum {string}
         */
        FeedbackCategory: "FEEDBACK_CATEGORY_UNSPECIFIED" | "FEEDBACK_CATEGORY_ACCURACY" | "FEEDBACK_CATEGORY_RELEVANCE" | "FEEDBACK_CATEGORY_TONE" | "FEEDBACK_CATEGORY_FORMAT" | "FEEDBACK_CATEGORY_SPEED" | "FEEDBACK_CATEGORY_SAFETY" | "FEEDBACK_CATEGORY_CREATIVITY" | "FEEDBACK_CATEGORY_COMPLETENESS" | "FEEDBACK_CATEGORY_OTHER";
        /** @description FeedbackCounts counts feedback of each kind. */
        FeedbackCounts: {
            /**
             * @description Thumbs up.
             *
             *     A 64-bit integer as a string.
             */
            positive: string;
            /**
             * @description Neither.
             *
             *     A 64-bit integer as a string.
             */
            neutral: string;
            /**
             * @description Thumbs down.
             *
             *     A 64-bit integer as a string.
             */
            negative: string;
            /**
             * @description Comments.
             *
             *     A 64-bit integer as a string.
             */
            comments: string;
            /**
             * @description Implicit signals, every occurrence.
             *
             *     A 64-bit integer as a string.
             */
            signals: string;
            /**
             * @description Spoken comments.
             *
             *     A 64-bit integer as a string.
             */
            voice: string;
            /**
             * @description Users who gave any feedback.
             *
             *     A 64-bit integer as a string.
             */
            users: string;
        };
        /**
         * @description FeedbackKind is a kind of feedback.
         *
         *     - FEEDBACK_KIND_UNSPECIFIED: Not stated; refused on input.
         *     - FEEDBACK_KIND_EXPLICIT: Thumbs, categories and comments.
         *     - FEEDBACK_KIND_IMPLICIT: Implicit signals.
         *     - FEEDBACK_KIND_VOICE: Spoken comments.
         * @enum {string}
         */
        FeedbackKind: "FEEDBACK_KIND_UNSPECIFIED" | "FEEDBACK_KIND_EXPLICIT" | "FEEDBACK_KIND_IMPLICIT" | "FEEDBACK_KIND_VOICE";
        /**
         * @description FeedbackSource is where feedback was given. Values may be added.
         *
         *     - FEEDBACK_SOURCE_UNSPECIFIED: Not stated; refused on input.
         *     - FEEDBACK_SOURCE_THINKTANK: The chat product.
         *     - FEEDBACK_SOURCE_API: A program.
         *     - FEEDBACK_SOURCE_ADMIN: The admin console.
         * @enum {string}
         */
        FeedbackSource: "FEEDBACK_SOURCE_UNSPECIFIED" | "FEEDBACK_SOURCE_THINKTANK" | "FEEDBACK_SOURCE_API" | "FEEDBACK_SOURCE_ADMIN";
        /** @description FieldProblem names a bad field. */
        FieldProblem: {
            /** @description Path of the field, such as signals[3].output_id. */
            field: string;
            /** @description What is wrong with it. */
            description: string;
        };
        /** @description ForgetUserRequest asks to erase a user. */
        ForgetUserRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description User. 1 to 200 characters. */
            userId: string;
        };
        /** @description ForgetUserResponse confirms that a user is erased. */
        ForgetUserResponse: {
            /**
             * @description Rows that were erased.
             *
             *     A 64-bit integer as a string.
             */
            rowsErased: string;
            /** @description Identifies the erasure in ListErasures. */
            erasureId: string;
        };
        /** @description GetConversationSummaryRequest asks for the feedback on a conversation. */
        GetConversationSummaryRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Conversation. 1 to 200 characters. */
            conversationId: string;
            /**
             * Format: int32
             * @description Outputs a page; 0 means 50, more than 200 means 200.
             */
            pageSize?: number;
            /** @description Token of the page, from the answer before; empty for the first. */
            pageToken?: string;
        };
        /** @description GetConversationSummaryResponse sums up the feedback on a conversation. */
        GetConversationSummaryResponse: {
            /** @description Outputs, oldest first. */
            outputs: components["schemas"]["OutputSummary"][];
            /** @description Token of the next page; empty on the last. */
            nextPageToken: string;
            /**
             * @description Outputs of the conversation, on all pages.
             *
             *     A 64-bit integer as a string.
             */
            outputCount: string;
            /** @description Counts over the whole conversation. */
            counts?: components["schemas"]["FeedbackCounts"];
            /**
             * Format: double
             * @description Mean weighted score over all outputs and users with feedback, in [-1, 1]; 0 when there are none.
             */
            meanScore: number;
        };
        /** @description GetExperimentRequest asks for an experiment. */
        GetExperimentRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
        };
        /** @description GetExperimentResponse shows an experiment. */
        GetExperimentResponse: {
            /** @description The experiment. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description GetFeedbackStatsRequest asks for the feedback on one output. */
        GetFeedbackStatsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Output. 1 to 100 characters. */
            outputId: string;
        };
        /** @description GetFeedbackStatsResponse counts the feedback on one output. */
        GetFeedbackStatsResponse: {
            /** @description Output. */
            outputId: string;
            /** @description Whether its manifest is known. */
            manifestKnown: boolean;
            /** @description Counts over all users. */
            counts?: components["schemas"]["FeedbackCounts"];
            /** @description Explicit feedback by category. */
            categories: components["schemas"]["CategoryCount"][];
            /** @description Implicit signals by type. */
            signals: components["schemas"]["SignalCount"][];
            /**
             * Format: double
             * @description Mean weighted score over the users who gave feedback, in [-1, 1], with full trust; 0 when there are none.
             */
            meanScore: number;
        };
        /** @description GetLearningStatusRequest asks how far the learning is. */
        GetLearningStatusRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
        };
        /** @description GetLearningStatusResponse tells how far the learning is. */
        GetLearningStatusResponse: {
            /**
             * @description Units that wait to be learned.
             *
             *     A 64-bit integer as a string.
             */
            pendingUnits: string;
            /**
             * Format: double
             * @description Age of the oldest of them, in milliseconds; 0 when none waits.
             */
            lagMs: number;
            /**
             * @description Units that the scores rest on.
             *
             *     A 64-bit integer as a string.
             */
            learnedUnits: string;
            /**
             * @description Version of the learned scores.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
            /** @description How feedback counts. */
            learningMode: components["schemas"]["LearningMode"];
            /** @description Last nightly run; absent when there was none. */
            lastRun?: components["schemas"]["BatchRun"];
            /** @description Whether the hot cache can be reached; without it answers come from the database. */
            cacheAvailable: boolean;
            /**
             * Format: double
             * @description Half-life of a unit, in days.
             */
            halfLifeDays: number;
        };
        /** @description GetOutputRequest asks for one output. */
        GetOutputRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Output. 1 to 100 characters. */
            outputId: string;
        };
        /** @description GetOutputResponse shows one output and all feedback on it that stands. */
        GetOutputResponse: {
            /** @description Its manifest; absent when it is not known yet. The sample of the prompt is never stored and therefore empty. */
            manifest?: components["schemas"]["ExecutionManifest"];
            /** @description Thumbs, newest first. At most 500. */
            feedback: components["schemas"]["ExplicitFeedback"][];
            /** @description Signals, newest first. At most 500. */
            signals: components["schemas"]["ImplicitSignal"][];
            /** @description Spoken comments, newest first, to ask the voice service about. At most 100. */
            voiceIds: string[];
            /** @description Counts over all users. */
            counts?: components["schemas"]["FeedbackCounts"];
            /**
             * Format: double
             * @description Mean weighted score, in [-1, 1]; 0 when there is no feedback.
             */
            meanScore: number;
        };
        /** @description GetRecommendationRequest asks for a model. */
        GetRecommendationRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description For whom and for what. Required. */
            context: components["schemas"]["RecommendationContext"];
        };
        /** @description GetRecommendationResponse is the answer to the Brain. */
        GetRecommendationResponse: {
            /** @description The recommendation. */
            recommendation?: components["schemas"]["Recommendation"];
        };
        /** @description GetResultsRequest asks for an analysis. */
        GetResultsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description Whether the answer includes earlier looks. */
            withHistory?: boolean;
        };
        /** @description GetResultsResponse is an analysis. */
        GetResultsResponse: {
            /** @description The results. */
            results?: components["schemas"]["Results"];
            /** @description What earlier analyses said, oldest first, when asked for. Looks are taken hourly while the experiment runs, at most every 10 minutes when results are asked for, and when it completes. At most the last 2,000; of more than 3 MB, evenly spaced ones. Beyond 14 days one in 6 hours is kept, beyond 90 days one a day. */
            history: components["schemas"]["ResultLook"][];
        };
        /** @description GetRolloutRequest asks for the rollout of an experiment. */
        GetRolloutRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
        };
        /** @description GetRolloutResponse shows a rollout. */
        GetRolloutResponse: {
            /** @description The rollout. */
            rollout?: components["schemas"]["Rollout"];
        };
        /** @description GetTenantFeedbackStatsRequest asks for a tenant's feedback over a time. */
        GetTenantFeedbackStatsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: date-time
             * @description Outputs created from here on; defaults to 30 days before end_time. At most 400 days before it.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Outputs created before this; defaults to now.
             */
            endTime?: string;
        };
        /** @description GetTenantFeedbackStatsResponse counts a tenant's outputs and the feedback on them. */
        GetTenantFeedbackStatsResponse: {
            /**
             * Format: date-time
             * @description Start of what was counted.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description End of what was counted.
             */
            endTime?: string;
            /** @description All days together. Its day is empty. */
            total?: components["schemas"]["DayStats"];
            /** @description Day by day in UTC, oldest first; days without outputs are left out. */
            days: components["schemas"]["DayStats"][];
            /** @description By model, most outputs first. At most 100. An output of several models counts for each. */
            models: components["schemas"]["ModelStats"][];
            /** @description Explicit feedback by category. */
            categories: components["schemas"]["CategoryCount"][];
            /** @description Implicit signals by type. */
            signals: components["schemas"]["SignalCount"][];
        };
        /** @description GetTenantSettingsRequest asks for a tenant's settings. */
        GetTenantSettingsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
        };
        /** @description GetTenantSettingsResponse shows a tenant's settings. */
        GetTenantSettingsResponse: {
            /** @description The settings. */
            settings?: components["schemas"]["TenantSettings"];
            /** @description Where the day's spending stands, with or without a budget. */
            budget?: components["schemas"]["BudgetState"];
        };
        /** @description GetVoiceAudioRequest asks for a recording. */
        GetVoiceAudioRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Spoken feedback. A UUID.
             */
            voiceId: string;
        };
        /** @description GetVoiceAudioResponse is a part of a recording. */
        GetVoiceAudioResponse: {
            /** @description Format of the file, such as webm or mp3. In the first part only. */
            audioFormat: string;
            /**
             * @description Size of the whole file in bytes. In the first part only.
             *
             *     A 64-bit integer as a string.
             */
            audioBytes: string;
            /** @description Bytes of the file, in order. At most 256 KiB. */
            chunk: string;
        };
        /** @description GetVoiceFeedbackRequest asks for spoken feedback. */
        GetVoiceFeedbackRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Spoken feedback. A UUID.
             */
            voiceId: string;
        };
        /** @description GetVoiceFeedbackResponse shows spoken feedback. */
        GetVoiceFeedbackResponse: {
            /** @description The feedback. */
            feedback?: components["schemas"]["VoiceVoiceFeedback"];
        };
        /** @description GetVoiceQueueRequest asks how much waits. */
        GetVoiceQueueRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. An operator of all tenants who names none sees what waits of all. At most 100 characters. */
            tenantId?: string;
        };
        /** @description GetVoiceQueueResponse tells how much waits. */
        GetVoiceQueueResponse: {
            /** @description Feedback by status, statuses without any left out. What is pending and processing is counted whole; what is done, of one tenant alone and of the last 30 days. */
            depths: components["schemas"]["VoiceDepth"][];
            /**
             * Format: date-time
             * @description When the oldest feedback that is not yet done was submitted; absent when there is none.
             */
            oldestWaitingTime?: string;
            /** @description Age of it; absent when there is none. */
            oldestWaitingAge?: string;
        };
        /** @description GetWidgetConfigRequest asks what a feedback widget shall show. */
        GetWidgetConfigRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description User who sees the widget; empty when unknown. At most 200 characters. */
            userId?: string;
            /** @description Output that the widget stands at; empty when unknown. At most 100 characters. */
            outputId?: string;
        };
        /** @description GetWidgetConfigResponse tells a feedback widget what to show. */
        GetWidgetConfigResponse: {
            /** @description Whether to show thumbs. */
            thumbsEnabled: boolean;
            /** @description Whether to offer a comment. */
            commentsEnabled: boolean;
            /** @description Whether to offer a spoken comment. */
            voiceEnabled: boolean;
            /** @description Categories to offer, in order. */
            categories: components["schemas"]["FeedbackCategory"][];
            /** @description Implicit signals to observe. */
            signals: components["schemas"]["SignalType"][];
            /**
             * Format: int32
             * @description Longest comment, in characters.
             */
            commentCharactersMax: number;
            /**
             * Format: int32
             * @description Largest batch of signals.
             */
            batchItemsMax: number;
            /**
             * Format: int32
             * @description How often to send collected signals, in milliseconds.
             */
            flushIntervalMs: number;
            /** @description Thumb that the user gave to the output before; unspecified when there is none. */
            currentRating: components["schemas"]["Rating"];
            /** @description Whether to ask the user for an opinion of this output, rather than wait for one. The same question gets the same answer, so that a page that is loaded again asks no more often. */
            ask: boolean;
            /** @description Why the user is asked or not. */
            askReason: components["schemas"]["AskReason"];
            /**
             * Format: double
             * @description Probability with which a user in this situation is asked, in [0, 1], for analyses that correct for it.
             */
            askProbability: number;
        };
        /** @description ImplicitSignal is one thing a user did with an output. Every occurrence is kept; for learning a signal type counts once per output and user. */
        ImplicitSignal: {
            /**
             * Format: uuid
             * @description Identifies the occurrence, so that the same one sent again in another batch is recognised. A UUID; absent, it is derived from the request and the position in it.
             */
            signalId: string;
            /** @description Output that was acted on. 1 to 100 characters. */
            outputId: string;
            /** @description User who acted. 1 to 200 characters. */
            userId: string;
            /** @description What the user did. Required. */
            signalType: components["schemas"]["SignalType"];
            /** @description Details of the client's choosing, such as a scroll depth. At most 8 KiB as JSON. */
            signalValue?: JsonObject;
            /**
             * Format: date-time
             * @description When the user acted, by the client's clock; defaults to the time of receipt. Not more than 5 minutes ahead of the service and not before 2020. Send it with signal_id: both together recognise an occurrence.
             */
            clientTime?: string;
        };
        /** @description ImplicitSignal is one thing a user did with an output. Every occurrence is kept; for learning a signal type counts once per output and user. */
        ImplicitSignalInput: {
            /**
             * Format: uuid
             * @description Identifies the occurrence, so that the same one sent again in another batch is recognised. A UUID; absent, it is derived from the request and the position in it.
             */
            signalId?: string;
            /** @description Output that was acted on. 1 to 100 characters. */
            outputId: string;
            /** @description User who acted. 1 to 200 characters. */
            userId: string;
            /** @description What the user did. Required. */
            signalType: components["schemas"]["SignalType"];
            /** @description Details of the client's choosing, such as a scroll depth. At most 8 KiB as JSON. */
            signalValue?: JsonObject;
            /**
             * Format: date-time
             * @description When the user acted, by the client's clock; defaults to the time of receipt. Not more than 5 minutes ahead of the service and not before 2020. Send it with signal_id: both together recognise an occurrence.
             */
            clientTime?: string;
        };
        /** @description VoiceFeedback describes a spoken comment; its audio follows in chunks. */
        IngestVoiceFeedback: {
            /** @description Output that is judged. 1 to 100 characters. */
            outputId: string;
            /** @description User who speaks. 1 to 200 characters. */
            userId: string;
            /** @description Where the feedback was given. Required. */
            source: components["schemas"]["FeedbackSource"];
            /**
             * Format: date-time
             * @description When the user spoke, by the client's clock; defaults to the time of receipt.
             */
            clientTime?: string;
        };
        /**
         * @description ItemOutcome tells what became of an item. Whatever it is, but for rejected, the item is durable.
         *
         *     - ITEM_OUTCOME_UNSPECIFIED: Never sent.
         *     - ITEM_OUTCOME_ACCEPTED: Stored now.
         *     - ITEM_OUTCOME_DUPLICATE: Stored before; nothing changed.
         *     - ITEM_OUTCOME_REPLACED: Stored now in place of an earlier vote.
         *     - ITEM_OUTCOME_SUPERSEDED: Not stored, since a later vote of the same user on the same output stands.
         *     - ITEM_OUTCOME_REJECTED: Refused, and will be refused again: see the error.
         * @enum {string}
         */
        ItemOutcome: "ITEM_OUTCOME_UNSPECIFIED" | "ITEM_OUTCOME_ACCEPTED" | "ITEM_OUTCOME_DUPLICATE" | "ITEM_OUTCOME_REPLACED" | "ITEM_OUTCOME_SUPERSEDED" | "ITEM_OUTCOME_REJECTED";
        /** @description ItemResult tells what became of one item of a batch. */
        ItemResult: {
            /**
             * Format: int32
             * @description Position of the item in the request, from 0.
             */
            index: number;
            /** @description What became of it. */
            outcome: components["schemas"]["ItemOutcome"];
            /** @description Why a rejected item was rejected, naming the field; empty otherwise. */
            errorMessage: string;
            /** @description Machine-readable reason of a rejection in UPPER_SNAKE_CASE; empty otherwise. */
            errorReason: string;
        };
        /** @description LearnOutputRequest asks to learn one output now. */
        LearnOutputRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Output. 1 to 100 characters. */
            outputId: string;
        };
        /** @description LearnOutputResponse shows what the feedback on an output contributes. */
        LearnOutputResponse: {
            /** @description One per user who gave feedback. */
            units: components["schemas"]["UnitContribution"][];
            /** @description Whether the manifest is known; without it nothing is learned yet. */
            manifestKnown: boolean;
            /** @description How feedback counts. */
            learningMode: components["schemas"]["LearningMode"];
        };
        /**
         * @description LearningMode says how a unit of feedback counts.
         *
         *     - LEARNING_MODE_UNSPECIFIED: Not stated.
         *     - LEARNING_MODE_RUNNING_MEAN: Each unit counts 1.
         *     - LEARNING_MODE_EVIDENCE_WEIGHTED: Each unit counts its evidence, so that distrusted feedback weighs less.
         * @enum {string}
         */
        LearningMode: "LEARNING_MODE_UNSPECIFIED" | "LEARNING_MODE_RUNNING_MEAN" | "LEARNING_MODE_EVIDENCE_WEIGHTED";
        /** @description ListAuditEntriesRequest asks for entries that meet every condition that is set. */
        ListAuditEntriesRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Who changed something. At most 200 characters. */
            actor?: string;
            /** @description What was done, such as experiment.start. At most 100 characters. */
            action?: string;
            /** @description Identifier of what was changed. At most 200 characters. */
            target?: string;
            /**
             * Format: date-time
             * @description Made from here on; unset means from the beginning.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Made before this; unset means until now.
             */
            endTime?: string;
            /**
             * Format: int32
             * @description Entries a page; 0 means 50, more than 500 means 500.
             */
            pageSize?: number;
            /** @description Token of the page, from the answer before; empty for the first. */
            pageToken?: string;
        };
        /** @description ListAuditEntriesResponse is a page of entries. */
        ListAuditEntriesResponse: {
            /** @description Entries, newest first. */
            entries: components["schemas"]["AuditEntry"][];
            /** @description Token of the next page; empty on the last. */
            nextPageToken: string;
        };
        /** @description ListBatchRunsRequest asks for nightly runs. */
        ListBatchRunsRequest: {
            /**
             * Format: int32
             * @description Runs a page; 0 means 50, more than 100 means 100.
             */
            pageSize?: number;
            /** @description Token of the page, from the answer before; empty for the first. */
            pageToken?: string;
        };
        /** @description ListBatchRunsResponse is a page of nightly runs. */
        ListBatchRunsResponse: {
            /** @description Runs, newest first. */
            runs: components["schemas"]["BatchRunRecord"][];
            /** @description Token of the next page; empty on the last. */
            nextPageToken: string;
        };
        /** @description ListErasuresRequest asks for erasures. */
        ListErasuresRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: int32
             * @description Erasures a page; 0 means 50, more than 200 means 200.
             */
            pageSize?: number;
            /** @description Token of the page, from the answer before; empty for the first. */
            pageToken?: string;
        };
        /** @description ListErasuresResponse is a page of erasures. */
        ListErasuresResponse: {
            /** @description Erasures, newest first. */
            erasures: components["schemas"]["Erasure"][];
            /** @description Token of the next page; empty on the last. */
            nextPageToken: string;
        };
        /** @description ListExperimentsRequest asks for experiments. */
        ListExperimentsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description State; unspecified for all. */
            state?: components["schemas"]["ExperimentState"];
            /**
             * Format: int32
             * @description Items a page; 0 means 50, more than 1,000 means 1,000.
             */
            pageSize?: number;
            /** @description Token of the page, from the answer before; empty for the first. */
            pageToken?: string;
        };
        /** @description ListExperimentsResponse is a page of experiments. */
        ListExperimentsResponse: {
            /** @description Experiments, newest first; those over all tenants included. */
            experiments: components["schemas"]["Experiment"][];
            /** @description Token of the next page; empty on the last. */
            nextPageToken: string;
        };
        /** @description ListModelScoresRequest asks for learned scores. */
        ListModelScoresRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Scope. Required. */
            scope: components["schemas"]["Scope"];
            /** @description User, needed at user scope and refused at the others. At most 200 characters. */
            userId?: string;
            /** @description Model; empty for all. At most 200 characters. */
            model?: string;
            /** @description Task, as in the manifests; empty for any task. At most 64 characters. */
            taskType?: string;
            /** @description Domain, as in the manifests; empty for any domain. At most 64 characters. */
            domainMode?: string;
            /** @description Whether to list the roll-ups over tasks and domains too. */
            includeRollups?: boolean;
            /**
             * Format: int32
             * @description Items a page; 0 means 50, more than 1,000 means 1,000.
             */
            pageSize?: number;
            /** @description Token of the page, from the answer before; empty for the first. */
            pageToken?: string;
        };
        /** @description ListModelScoresResponse is a page of learned scores. */
        ListModelScoresResponse: {
            /** @description Scores, by task, domain and model. */
            scores: components["schemas"]["ModelScore"][];
            /** @description Token of the next page; empty on the last. */
            nextPageToken: string;
            /** @description How feedback counted. */
            learningMode: components["schemas"]["LearningMode"];
            /**
             * @description Version of the learned scores.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
        };
        /** @description ListOutputsRequest asks for outputs that meet every condition that is set. */
        ListOutputsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: date-time
             * @description Created from here on; unset means from the beginning.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Created before this; unset means until now.
             */
            endTime?: string;
            /** @description One of its models. At most 200 characters. */
            model?: string;
            /** @description Its task. At most 64 characters. */
            taskType?: string;
            /** @description Its domain. At most 64 characters. */
            domainMode?: string;
            /** @description User for whom it was made. At most 200 characters. */
            userId?: string;
            /** @description Its conversation. At most 200 characters. */
            conversationId?: string;
            /** @description Has a standing thumb of this kind; unspecified means any output. */
            rating?: components["schemas"]["Rating"];
            /** @description Has a standing thumb that names this category. */
            category?: components["schemas"]["FeedbackCategory"];
            /** @description Has a standing signal of this type. */
            signalType?: components["schemas"]["SignalType"];
            /** @description Has any feedback that stands. */
            withFeedback?: boolean;
            /** @description Has a comment that stands. */
            withComment?: boolean;
            /** @description Has a spoken comment that stands. */
            withVoice?: boolean;
            /**
             * Format: int32
             * @description Outputs a page; 0 means 50, more than 200 means 200.
             */
            pageSize?: number;
            /** @description Token of the page, from the answer before; empty for the first. */
            pageToken?: string;
        };
        /** @description ListOutputsResponse is a page of outputs. */
        ListOutputsResponse: {
            /** @description Outputs, newest first. */
            outputs: components["schemas"]["OutputEntry"][];
            /** @description Token of the next page; empty on the last. */
            nextPageToken: string;
        };
        /** @description ListTrustScoresRequest asks for trust scores. */
        ListTrustScoresRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Whether to list outliers only. */
            outliersOnly?: boolean;
            /**
             * Format: int32
             * @description Items a page; 0 means 50, more than 1,000 means 1,000.
             */
            pageSize?: number;
            /** @description Token of the page, from the answer before; empty for the first. */
            pageToken?: string;
        };
        /** @description ListTrustScoresResponse is a page of trust scores. */
        ListTrustScoresResponse: {
            /** @description Scores, least trusted first. */
            scores: components["schemas"]["TrustScore"][];
            /** @description Token of the next page; empty on the last. */
            nextPageToken: string;
        };
        /** @description ListVoiceFeedbackRequest asks for spoken feedback. Filters narrow each other. */
        ListVoiceFeedbackRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Status; unspecified for all. */
            status?: components["schemas"]["VoiceStatus"];
            /** @description Output that was judged; empty for all. At most 100 characters. */
            outputId?: string;
            /** @description User who spoke; empty for all. At most 200 characters. */
            userId?: string;
            /**
             * Format: int32
             * @description Items a page; 0 means 50, more than 1,000 means 1,000.
             */
            pageSize?: number;
            /** @description Token of the page, from the answer before; empty for the first. */
            pageToken?: string;
        };
        /** @description ListVoiceFeedbackResponse is a page of spoken feedback. */
        ListVoiceFeedbackResponse: {
            /** @description Feedback, newest first. */
            feedback: components["schemas"]["VoiceVoiceFeedback"][];
            /** @description Token of the next page; empty on the last. */
            nextPageToken: string;
        };
        /** @description LookedComparison is a treatment against the control by one metric, as it was seen then. */
        LookedComparison: {
            /** @description Metric. */
            metric: string;
            /** @description Treatment. */
            variant: string;
            /**
             * Format: double
             * @description Treatment less control.
             */
            difference: number;
            /**
             * Format: double
             * @description Lower bound of the confidence sequence.
             */
            sequenceLower: number;
            /**
             * Format: double
             * @description Upper bound of the confidence sequence.
             */
            sequenceUpper: number;
            /**
             * @description Users with an exposure to the control, over all epochs.
             *
             *     A 64-bit integer as a string.
             */
            controlUsers: string;
            /**
             * @description Users with an exposure to the treatment, over all epochs.
             *
             *     A 64-bit integer as a string.
             */
            treatmentUsers: string;
        };
        /** @description ManifestStep is one model call within an orchestration. */
        ManifestStep: {
            /** @description Model that was called. 1 to 200 characters. */
            model: string;
            /**
             * Format: double
             * @description Duration of the step in milliseconds. At least 0.
             */
            latencyMs: number;
            /**
             * Format: int32
             * @description Tokens read by the step. At least 0.
             */
            inputTokens: number;
            /**
             * Format: int32
             * @description Tokens written by the step. At least 0.
             */
            outputTokens: number;
            /**
             * Format: double
             * @description Cost of the step in US dollars. At least 0.
             */
            cost: number;
        };
        /** @description ManifestStep is one model call within an orchestration. */
        ManifestStepInput: {
            /** @description Model that was called. 1 to 200 characters. */
            model: string;
            /**
             * Format: double
             * @description Duration of the step in milliseconds. At least 0.
             */
            latencyMs?: number;
            /**
             * Format: int32
             * @description Tokens read by the step. At least 0.
             */
            inputTokens?: number;
            /**
             * Format: int32
             * @description Tokens written by the step. At least 0.
             */
            outputTokens?: number;
            /**
             * Format: double
             * @description Cost of the step in US dollars. At least 0.
             */
            cost?: number;
        };
        /** @description Metric is something that an experiment measures. */
        Metric: {
            /** @description Name: positive_rate, mean_score, cost, latency_ms or one that clients send. 1 to 64 characters. */
            name: string;
            /** @description Whether more is better. Required. */
            direction: components["schemas"]["MetricDirection"];
            /** @description Whether a treatment must not make it worse. */
            guardrail: boolean;
            /**
             * Format: double
             * @description Relative loss that is still taken as no loss, in [0, 1].
             */
            margin: number;
        };
        /**
         * @description MetricDirection says which way a metric is better.
         *
         *     - METRIC_DIRECTION_UNSPECIFIED: Not stated; refused on input.
         *     - METRIC_DIRECTION_UP: More is better.
         *     - METRIC_DIRECTION_DOWN: Less is better.
         * @enum {string}
         */
        MetricDirection: "METRIC_DIRECTION_UNSPECIFIED" | "METRIC_DIRECTION_UP" | "METRIC_DIRECTION_DOWN";
        /** @description Metric is something that an experiment measures. */
        MetricInput: {
            /** @description Name: positive_rate, mean_score, cost, latency_ms or one that clients send. 1 to 64 characters. */
            name: string;
            /** @description Whether more is better. Required. */
            direction: components["schemas"]["MetricDirection"];
            /** @description Whether a treatment must not make it worse. */
            guardrail?: boolean;
            /**
             * Format: double
             * @description Relative loss that is still taken as no loss, in [0, 1].
             */
            margin?: number;
        };
        /** @description MixedScore is a model's score with its parts. */
        MixedScore: {
            /** @description Model. */
            model: string;
            /**
             * Format: double
             * @description Mixed score, in [0, 1].
             */
            finalScore: number;
            /**
             * Format: double
             * @description The Brain's score, in [0, 1].
             */
            brainScore: number;
            /**
             * Format: double
             * @description Learned estimate, in [0, 1].
             */
            neuralScore: number;
            /**
             * Format: double
             * @description Weight of the learned estimate, in [0, 0.35].
             */
            weight: number;
            /**
             * Format: double
             * @description Confidence at the answering scope, in [0, 1].
             */
            confidence: number;
            /** @description Scope that answered. */
            scope: components["schemas"]["Scope"];
            /** @description Whether the model meets the constraints; others are ranked last. */
            eligible: boolean;
        };
        /** @description ModelExplanation shows how one candidate came to its place. */
        ModelExplanation: {
            /** @description Its place. */
            ranked?: components["schemas"]["RankedModel"];
            /** @description Levels of the hierarchy, from global to user, each shrunk towards the one before. */
            levels: components["schemas"]["ScopeEvidence"][];
        };
        /** @description ModelProfile is what the Brain knows of a model. */
        ModelProfile: {
            /** @description Model. 1 to 200 characters. */
            model: string;
            /** @description What it can do. At most 32. */
            capabilities?: string[];
            /**
             * Format: double
             * @description Expected cost of a request in US dollars; absent when unknown. An unknown cost fails no limit. Where the tenant has a daily budget, what the model's outputs cost on average over the last 7 days stands for an unknown cost in the weighing.
             */
            cost?: number;
            /**
             * Format: double
             * @description Expected latency in milliseconds; absent when unknown. An unknown latency fails no limit.
             */
            latencyMs?: number;
            /** @description Whether its provider is unhealthy; then it is not chosen. */
            unhealthy?: boolean;
        };
        /** @description ModelScore is a learned cell: one model, task and domain at one scope. */
        ModelScore: {
            /** @description Scope. */
            scope: components["schemas"]["Scope"];
            /** @description User, at user scope; empty otherwise. */
            userId: string;
            /** @description Model. */
            model: string;
            /** @description Task; empty for the roll-up over tasks. */
            taskType: string;
            /** @description Domain; empty for the roll-up over domains. */
            domainMode: string;
            /**
             * Format: double
             * @description Mean score, in [0, 1]; 0.5 without evidence.
             */
            score: number;
            /**
             * Format: double
             * @description min(evidence / least samples of the scope, 1).
             */
            confidence: number;
            /**
             * Format: double
             * @description Decayed evidence, in units.
             */
            evidence: number;
            /**
             * Format: double
             * @description Mean over units that name accuracy, in [0, 1]; absent without any.
             */
            accuracyScore?: number;
            /**
             * Format: double
             * @description Mean over units that name relevance, in [0, 1]; absent without any.
             */
            relevanceScore?: number;
            /**
             * Format: double
             * @description Mean over units that name speed, in [0, 1]; absent without any.
             */
            speedScore?: number;
            /**
             * @description Units with a thumb up.
             *
             *     A 64-bit integer as a string.
             */
            positiveCount: string;
            /**
             * @description Units with a thumb down.
             *
             *     A 64-bit integer as a string.
             */
            negativeCount: string;
            /**
             * @description Units with neither.
             *
             *     A 64-bit integer as a string.
             */
            neutralCount: string;
            /**
             * @description Units whose signals have a mean sentiment above 0.
             *
             *     A 64-bit integer as a string.
             */
            implicitPositiveCount: string;
            /**
             * @description Units whose signals have a mean sentiment below 0.
             *
             *     A 64-bit integer as a string.
             */
            implicitNegativeCount: string;
            /**
             * @description All units.
             *
             *     A 64-bit integer as a string.
             */
            totalCount: string;
            /**
             * Format: date-time
             * @description When the cell last changed.
             */
            updateTime?: string;
            /** @description Newest version of the model that the cell has seen; empty for the unnamed version. */
            modelVersion: string;
        };
        /** @description ModelStats counts the outputs of one model and the feedback on them. */
        ModelStats: {
            /** @description Model. */
            model: string;
            /**
             * @description Outputs.
             *
             *     A 64-bit integer as a string.
             */
            outputs: string;
            /**
             * @description Of them, those with any feedback that stands.
             *
             *     A 64-bit integer as a string.
             */
            outputsWithFeedback: string;
            /**
             * @description Thumbs up.
             *
             *     A 64-bit integer as a string.
             */
            positive: string;
            /**
             * @description Thumbs down.
             *
             *     A 64-bit integer as a string.
             */
            negative: string;
        };
        /** @description OutputEntry is one output in a list. */
        OutputEntry: {
            /** @description Output. */
            outputId: string;
            /** @description User for whom it was made. */
            userId: string;
            /** @description Its conversation; empty when there is none. */
            conversationId: string;
            /**
             * Format: date-time
             * @description When it was produced.
             */
            createTime?: string;
            /** @description Models that produced it. */
            modelsUsed: string[];
            /** @description Its task. */
            taskType: string;
            /** @description Its domain; empty when it has none. */
            domainMode: string;
            /** @description Language of the prompt, ISO 639-1; empty when unknown. */
            inputLanguage: string;
            /** @description Whether it followed a recommendation. */
            followed: boolean;
            /** @description Counts over all users. */
            counts?: components["schemas"]["FeedbackCounts"];
            /**
             * Format: double
             * @description Mean weighted score, in [-1, 1]; 0 when there is no feedback.
             */
            meanScore: number;
        };
        /** @description OutputSummary sums up the feedback on one output. */
        OutputSummary: {
            /** @description Output. */
            outputId: string;
            /** @description Models that produced it. */
            modelsUsed: string[];
            /**
             * Format: date-time
             * @description When it was produced.
             */
            createTime?: string;
            /** @description Counts over all users. */
            counts?: components["schemas"]["FeedbackCounts"];
            /**
             * Format: double
             * @description Mean weighted score, in [-1, 1]; 0 when there is no feedback.
             */
            meanScore: number;
        };
        /** @description PauseExperimentRequest asks to pause a running experiment. */
        PauseExperimentRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
            etag?: string;
            /** @description Why, for the audit. At most 500 characters. */
            reason?: string;
        };
        /** @description PauseExperimentResponse shows the experiment after the change. */
        PauseExperimentResponse: {
            /** @description The experiment. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description PinTrustScoreRequest asks to fix a rater's trust. */
        PinTrustScoreRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description Rater, who need not have said anything yet. 1 to 200 characters. */
            userId: string;
            /**
             * Format: double
             * @description Trust weight, in [0.1, 1].
             */
            trust?: number;
            /** @description Why, for those who list trust scores. 1 to 500 characters. */
            reason: string;
        };
        /** @description PinTrustScoreResponse shows the score after the change. */
        PinTrustScoreResponse: {
            /** @description The score. */
            score?: components["schemas"]["TrustScore"];
        };
        /** @description PlanSampleSizeRequest asks how large an experiment has to be. */
        PlanSampleSizeRequest: {
            /**
             * Format: double
             * @description Rate that is known, in (0, 1).
             */
            baselineRate?: number;
            /**
             * Format: double
             * @description Smallest difference worth finding, absolute; baseline plus it lies in (0, 1).
             */
            effect?: number;
            /**
             * Format: double
             * @description Error of the first kind; 0 means 0.05.
             */
            alpha?: number;
            /**
             * Format: double
             * @description Chance to find the difference; 0 means 0.8.
             */
            power?: number;
            /**
             * Format: double
             * @description Users a day that the experiment covers, for the number of days; 0 leaves it out.
             */
            usersPerDay?: number;
            /**
             * Format: double
             * @description Share of users in treatment, in (0, 1); 0 means one half.
             */
            trafficPercentage?: number;
        };
        /** @description PlanSampleSizeResponse says how large. */
        PlanSampleSizeResponse: {
            /**
             * @description Users in each variant.
             *
             *     A 64-bit integer as a string.
             */
            usersPerVariant: string;
            /**
             * Format: double
             * @description Days until both have them; 0 when no users a day were given.
             */
            days: number;
        };
        /** @description PolicyEstimate is one estimate of a strategy's mean score. */
        PolicyEstimate: {
            /** @description Estimator: ips, snips or dr. */
            estimator: string;
            /**
             * Format: double
             * @description Estimate, in [0, 1].
             */
            value: number;
            /**
             * Format: double
             * @description Lower bound of the 95 % interval.
             */
            lower: number;
            /**
             * Format: double
             * @description Upper bound of the 95 % interval.
             */
            upper: number;
        };
        /** @description PriorStrength is how strongly a level of the hierarchy acts on the next. */
        PriorStrength: {
            /** @description Tenant; empty for what holds for all. */
            tenantId: string;
            /** @description Level: task, domain, tenant or user. */
            level: string;
            /**
             * Format: double
             * @description Units that the level before counts as.
             */
            strength: number;
            /**
             * @description Cells that it was fitted to.
             *
             *     A 64-bit integer as a string.
             */
            cells: string;
        };
        /** @description ProviderHealth is what the Brain knew of a provider when it routed the request. */
        ProviderHealth: {
            /**
             * Format: double
             * @description Recent latency in milliseconds. At least 0.
             */
            latencyMs: number;
            /**
             * Format: double
             * @description Share of failed calls, in [0, 1].
             */
            errorRate: number;
            /** @description State in the Brain's own words, such as healthy or degraded. At most 64 characters. */
            status: string;
        };
        /** @description ProviderHealth is what the Brain knew of a provider when it routed the request. */
        ProviderHealthInput: {
            /**
             * Format: double
             * @description Recent latency in milliseconds. At least 0.
             */
            latencyMs?: number;
            /**
             * Format: double
             * @description Share of failed calls, in [0, 1].
             */
            errorRate?: number;
            /** @description State in the Brain's own words, such as healthy or degraded. At most 64 characters. */
            status?: string;
        };
        /** @description RankModelsRequest asks to mix the Brain's scores with what was learned. */
        RankModelsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description For whom and for what. Required. Its candidates are ignored: the scores name them. */
            context: components["schemas"]["RecommendationContext"];
            /** @description The Brain's scores, each model once. 1 to 256. */
            scores: components["schemas"]["BrainScore"][];
        };
        /** @description RankModelsResponse ranks models by final = (1 - w) * brain + w * neural with w = 0.35 * min(1, confidence / threshold). */
        RankModelsResponse: {
            /** @description One per model, best first. */
            scores: components["schemas"]["MixedScore"][];
            /** @description How feedback counted. */
            learningMode: components["schemas"]["LearningMode"];
            /**
             * Format: double
             * @description Threshold in the formula.
             */
            confidenceThreshold: number;
        };
        /** @description RankedModel is one candidate with its estimate. */
        RankedModel: {
            /** @description Model. */
            model: string;
            /**
             * Format: double
             * @description Shrunk estimate of quality, in [0, 1].
             */
            score: number;
            /**
             * Format: double
             * @description Confidence at the answering scope, in [0, 1].
             */
            confidence: number;
            /**
             * @description Units behind the answering scope, not decayed.
             *
             *     A 64-bit integer as a string.
             */
            sampleSize: string;
            /**
             * Format: double
             * @description Probability that this model is chosen, in [0, 1]. All candidates together give 1.
             */
            propensity: number;
            /** @description Scope that answered for this model. */
            scope: components["schemas"]["Scope"];
            /**
             * Format: double
             * @description Score less the weighted cost, by which the candidates are ranked.
             */
            utility: number;
        };
        /**
         * @description Rating is a thumb.
         *
         *     - RATING_UNSPECIFIED: Not stated; refused on input.
         *     - RATING_NEGATIVE: Thumb down.
         *     - RATING_NEUTRAL: Neither.
         *     - RATING_POSITIVE: Thumb up.
         * @enum {string}
         */
        Rating: "RATING_UNSPECIFIED" | "RATING_NEGATIVE" | "RATING_NEUTRAL" | "RATING_POSITIVE";
        /** @description Recommendation is a chosen model with its reasons. */
        Recommendation: {
            /** @description Identifies the decision; goes into the manifest. */
            decisionId: string;
            /** @description Chosen model; empty when no candidate is known. */
            model: string;
            /**
             * Format: double
             * @description Exact probability with which it was chosen, in (0, 1]; goes into the manifest.
             */
            propensity: number;
            /**
             * Format: double
             * @description Shrunk estimate of its quality, in [0, 1].
             */
            score: number;
            /**
             * Format: double
             * @description Confidence at the answering scope, in [0, 1].
             */
            confidence: number;
            /**
             * @description Units behind the answering scope, not decayed.
             *
             *     A 64-bit integer as a string.
             */
            sampleSize: string;
            /** @description Narrowest scope whose own confidence reaches the threshold. */
            scope: components["schemas"]["Scope"];
            /** @description All other candidates, best first. At most 16. */
            alternatives: components["schemas"]["RankedModel"][];
            /** @description One sentence on which counts decided. */
            reasoning: string;
            /** @description How it was chosen. */
            strategy: components["schemas"]["Strategy"];
            /** @description How feedback counted. */
            learningMode: components["schemas"]["LearningMode"];
            /**
             * Format: date-time
             * @description Until when the answer may be reused.
             */
            expireTime?: string;
            /**
             * Format: double
             * @description Age of the oldest table entry that it was decided from, since it was last known to be current, in milliseconds.
             */
            stalenessMs: number;
            /** @description Orchestration that served this model best in this task and domain; empty when there is none. */
            orchestrationId: string;
            /** @description Services that the feedback on this model in this task and domain rests on. */
            requiredServices: string[];
            /** @description Experiment that decided; empty when none did. */
            experimentId: string;
            /** @description Variant of that experiment; empty when none did. */
            variant: string;
            /**
             * @description Version of the learned scores.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
            /**
             * Format: int32
             * @description Epoch of that experiment; 0 when none decided.
             */
            experimentEpoch: number;
        };
        /** @description RecommendationContext says for whom and for what a model is needed. */
        RecommendationContext: {
            /** @description User; empty asks at tenant scope. At most 200 characters. */
            userId?: string;
            /** @description Task, as in the manifests. 1 to 64 characters. */
            taskType: string;
            /** @description Domain, as in the manifests; empty means general. At most 64 characters. */
            domainMode?: string;
            /** @description Models to choose from; empty means every model that the tenant has feedback on. At most 256. */
            candidates?: string[];
            /** @description Models not to choose. At most 256. */
            excludedModels?: string[];
            /** @description Capabilities that the model must have, of those in the profiles. At most 32. */
            requiredCapabilities?: string[];
            /** @description What the Brain knows of its models; needed for constraints and costs. At most 256. */
            profiles?: components["schemas"]["ModelProfile"][];
            /**
             * Format: double
             * @description Highest cost of a request in US dollars; absent for no limit.
             */
            costMax?: number;
            /**
             * Format: double
             * @description Highest latency in milliseconds; absent for no limit.
             */
            latencyMsMax?: number;
            /**
             * Format: double
             * @description Quality given up per cost of the dearest candidate, in [0, 1]; 0 looks at quality alone. Where the tenant has a daily budget, its pacing may take a greater one.
             */
            costWeight?: number;
            /** @description How to choose; unspecified leaves it to the service's setting. */
            strategy?: components["schemas"]["Strategy"];
        };
        /** @description RecordExposuresRequest carries exposures. */
        RecordExposuresRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description Exposures. 1 to 1,000. */
            exposures: components["schemas"]["Exposure"][];
        };
        /** @description RecordExposuresResponse confirms that exposures are durable. */
        RecordExposuresResponse: {
            /**
             * Format: int32
             * @description Exposures that were new.
             */
            recordedCount: number;
            /**
             * Format: int32
             * @description Exposures that were known.
             */
            duplicateCount: number;
        };
        /** @description RecordManifestRequest asks to record one manifest. */
        RecordManifestRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description Manifest to record. Required. */
            manifest: components["schemas"]["ExecutionManifestInput"];
        };
        /** @description RecordManifestResponse confirms that a manifest is durable. */
        RecordManifestResponse: {
            /** @description Accepted or duplicate. */
            outcome: components["schemas"]["ItemOutcome"];
            /**
             * Format: date-time
             * @description Time that sets the age of the output.
             */
            createTime?: string;
            /** @description Language of the prompt, stated or detected, ISO 639-1; empty when unknown. */
            inputLanguage: string;
        };
        /** @description RefusedModel is a candidate that fails a constraint. */
        RefusedModel: {
            /** @description Model. */
            model: string;
            /** @description Constraint that it fails. */
            reason: string;
        };
        /**
         * @description RequestType is the kind of request that produced an output.
         *
         *     - REQUEST_TYPE_UNSPECIFIED: Not stated; refused on input.
         *     - REQUEST_TYPE_CHAT: One turn of a conversation.
         *     - REQUEST_TYPE_COMPLETION: A completion outside a conversation.
         *     - REQUEST_TYPE_ORCHESTRATION: Several steps run by an orchestration.
         *     - REQUEST_TYPE_SERVICE: A call by another service.
         * @enum {string}
         */
        RequestType: "REQUEST_TYPE_UNSPECIFIED" | "REQUEST_TYPE_CHAT" | "REQUEST_TYPE_COMPLETION" | "REQUEST_TYPE_ORCHESTRATION" | "REQUEST_TYPE_SERVICE";
        /** @description ResultLook is what an analysis said at a moment of the past. */
        ResultLook: {
            /**
             * Format: date-time
             * @description When it was taken.
             */
            takeTime?: string;
            /** @description Each treatment against the control, by metric. */
            comparisons: components["schemas"]["LookedComparison"][];
        };
        /** @description Results are the analysis of an experiment as it stands. */
        Results: {
            /** @description Experiment. */
            experimentId: string;
            /**
             * Format: date-time
             * @description When it was analysed.
             */
            analyzeTime?: string;
            /** @description Users and outcomes of each variant. */
            variants: components["schemas"]["VariantCount"][];
            /** @description Whether users arrived in the planned shares, by epoch. */
            sampleRatios: components["schemas"]["SampleRatio"][];
            /** @description Each treatment against the control, by metric. */
            comparisons: components["schemas"]["Comparison"][];
            /** @description control, treatment or inconclusive. */
            winner: string;
            /** @description Variant that wins; empty when none does. */
            winningVariant: string;
            /** @description Whether the winner should be deployed: whether every criterion passed. */
            shouldDeploy: boolean;
            /** @description Each criterion with its value. */
            criteria: components["schemas"]["Criterion"][];
            /** @description Whether the confidence sequence allows to stop now. */
            mayStop: boolean;
            /** @description What blocks a verdict, in words; empty when nothing does. */
            blocked: string;
        };
        /** @description ResumeExperimentRequest asks to resume a paused experiment. */
        ResumeExperimentRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
            etag?: string;
            /** @description Why, for the audit. At most 500 characters. */
            reason?: string;
        };
        /** @description ResumeExperimentResponse shows the experiment after the change. */
        ResumeExperimentResponse: {
            /** @description The experiment. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description RetractFeedbackRequest asks to withdraw feedback. */
        RetractFeedbackRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description Output. 1 to 100 characters. */
            outputId: string;
            /** @description User. 1 to 200 characters. */
            userId: string;
            /** @description Kinds to withdraw; empty withdraws all. */
            kinds?: components["schemas"]["FeedbackKind"][];
            /**
             * Format: date-time
             * @description When the user withdrew it, by the client's clock; defaults to the time of receipt. Feedback that the user gives later than this stands.
             */
            clientTime?: string;
        };
        /** @description RetractFeedbackResponse confirms that a withdrawal is durable. */
        RetractFeedbackResponse: {
            /** @description Whether there was explicit feedback to withdraw. */
            explicitRetracted: boolean;
            /**
             * Format: int32
             * @description Number of implicit signals withdrawn.
             */
            signalsRetracted: number;
            /**
             * Format: int32
             * @description Number of spoken comments withdrawn.
             */
            voiceRetracted: number;
        };
        /** @description RetryVoiceFeedbackRequest asks to hear failed feedback again. */
        RetryVoiceFeedbackRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description Feedback to be heard again. 1 to 1,000 distinct UUIDs. */
            voiceIds: string[];
            /** @description Why, for the audit log. At most 500 characters. */
            reason?: string;
        };
        /** @description RetryVoiceFeedbackResponse tells what became of each. */
        RetryVoiceFeedbackResponse: {
            /** @description Feedback that waits to be heard again. */
            retriedVoiceIds: string[];
            /** @description Feedback that was left as it is: it had not failed, or its recording is deleted. */
            unchangedVoiceIds: string[];
        };
        /** @description RollBackRequest asks to roll back. */
        RollBackRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description Why, for the audit. At most 500 characters. */
            reason?: string;
        };
        /** @description RollBackResponse shows the rollout after it was rolled back. */
        RollBackResponse: {
            /** @description The rollout. */
            rollout?: components["schemas"]["Rollout"];
        };
        /** @description Rollout is the way of a treatment to everybody. */
        Rollout: {
            /** @description Experiment. */
            experimentId: string;
            /** @description How. */
            plan?: components["schemas"]["RolloutPlan"];
            /** @description Where it stands. */
            state: components["schemas"]["RolloutState"];
            /**
             * Format: double
             * @description Share of users in treatment now, in percent.
             */
            percent: number;
            /**
             * Format: date-time
             * @description When the next step is due; absent when none is.
             */
            nextStepTime?: string;
            /** @description Every decision, oldest first. */
            decisions: components["schemas"]["RolloutDecision"][];
        };
        /** @description RolloutDecision is what was decided, with its numbers. */
        RolloutDecision: {
            /**
             * Format: date-time
             * @description When.
             */
            decideTime?: string;
            /** @description What: start, advance, hold, wait_approval, approve, roll_back or finish. */
            action: string;
            /**
             * Format: double
             * @description Share of users in treatment afterwards, in percent.
             */
            percent: number;
            /** @description Why, in words. */
            reason: string;
            /** @description Numbers that it rests on, by name. */
            numbers: {
                [key: string]: number;
            };
        };
        /** @description RolloutPlan says how a treatment reaches everybody. */
        RolloutPlan: {
            /** @description Shares of users in percent, ascending, the last 100; empty means 10, 25, 50, 75, 100. At most 20. */
            steps: number[];
            /** @description Time between steps; absent means 24 hours. 1 minute to 30 days. */
            interval?: string;
            /** @description Whether each step waits for ApproveRolloutStep. */
            needsApproval: boolean;
        };
        /** @description RolloutPlan says how a treatment reaches everybody. */
        RolloutPlanInput: {
            /** @description Shares of users in percent, ascending, the last 100; empty means 10, 25, 50, 75, 100. At most 20. */
            steps?: number[];
            /** @description Time between steps; absent means 24 hours. 1 minute to 30 days. */
            interval?: string;
            /** @description Whether each step waits for ApproveRolloutStep. */
            needsApproval?: boolean;
        };
        /**
         * @description RolloutState is where a rollout stands.
         *
         *     - ROLLOUT_STATE_UNSPECIFIED: Never sent.
         *     - ROLLOUT_STATE_RUNNING: On its way.
         *     - ROLLOUT_STATE_WAITING: Waits for an approval.
         *     - ROLLOUT_STATE_FINISHED: Reached everybody.
         *     - ROLLOUT_STATE_ROLLED_BACK: Taken back.
         * @enum {string}
         */
        RolloutState: "ROLLOUT_STATE_UNSPECIFIED" | "ROLLOUT_STATE_RUNNING" | "ROLLOUT_STATE_WAITING" | "ROLLOUT_STATE_FINISHED" | "ROLLOUT_STATE_ROLLED_BACK";
        /** @description RunBatchLearningRequest asks for a run now. */
        RunBatchLearningRequest: {
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
        };
        /** @description RunBatchLearningResponse reports a run. */
        RunBatchLearningResponse: {
            /** @description Identifies the run. */
            runId: string;
            /**
             * @description Version that was built and swapped in.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
            /**
             * @description Version that it replaced.
             *
             *     A 64-bit integer as a string.
             */
            previousVersion: string;
            /**
             * @description Units that were read.
             *
             *     A 64-bit integer as a string.
             */
            units: string;
            /**
             * @description Cells that were built.
             *
             *     A 64-bit integer as a string.
             */
            cells: string;
            /**
             * @description Cells whose score differs from the replaced version by more than 1e-9.
             *
             *     A 64-bit integer as a string.
             */
            changedCells: string;
            /**
             * Format: double
             * @description Largest such difference.
             */
            scoreChangeMax: number;
            /** @description Cells that changed most. At most 20. */
            largestChanges: components["schemas"]["CellChange"][];
            /**
             * Format: date-time
             * @description When it began.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description When the new version was swapped in.
             */
            endTime?: string;
            /**
             * @description Raters that were judged.
             *
             *     A 64-bit integer as a string.
             */
            ratersJudged: string;
            /**
             * @description Of them, those whose trust changed.
             *
             *     A 64-bit integer as a string.
             */
            ratersChanged: string;
            /** @description How strongly levels act on one another from now on. At most 100. */
            priors: components["schemas"]["PriorStrength"][];
            /** @description Models that do better or worse than they used to, the surest first. At most 50. */
            drifts: components["schemas"]["Drift"][];
            /**
             * @description Months of decisions that were dropped.
             *
             *     A 64-bit integer as a string.
             */
            decisionMonthsDropped: string;
        };
        /** @description SampleRatio compares the users of the variants with the planned shares. */
        SampleRatio: {
            /**
             * Format: int32
             * @description Epoch.
             */
            epoch: number;
            /**
             * Format: double
             * @description p of the chi-square test, in [0, 1].
             */
            pValue: number;
            /** @description Whether p is below 0.001: then no verdict is given. */
            alarm: boolean;
        };
        /**
         * @description Scope says whose feedback an estimate rests on.
         *
         *     - SCOPE_UNSPECIFIED: Not stated; no feedback decided.
         *     - SCOPE_USER: The user's own.
         *     - SCOPE_TENANT: The tenant's users.
         *     - SCOPE_GLOBAL: All tenants that opted in.
         * @enum {string}
         */
        Scope: "SCOPE_UNSPECIFIED" | "SCOPE_USER" | "SCOPE_TENANT" | "SCOPE_GLOBAL";
        /** @description ScopeEvidence is what one scope knows of a model. */
        ScopeEvidence: {
            /** @description Scope. */
            scope: components["schemas"]["Scope"];
            /** @description Task of the cell; empty for the roll-up over tasks. */
            taskType: string;
            /** @description Domain of the cell; empty for the roll-up over domains. */
            domainMode: string;
            /**
             * Format: double
             * @description Mean score of the cell alone, in [0, 1]; 0.5 without evidence.
             */
            score: number;
            /**
             * Format: double
             * @description Decayed evidence behind it, in units.
             */
            evidence: number;
            /**
             * Format: double
             * @description min(evidence / least samples of the scope, 1).
             */
            confidence: number;
            /**
             * @description Units, not decayed.
             *
             *     A 64-bit integer as a string.
             */
            sampleSize: string;
            /**
             * Format: double
             * @description Estimate after this level of the hierarchy, in [0, 1].
             */
            shrunkScore: number;
        };
        /** @description SignalCount counts the signals of one type. */
        SignalCount: {
            /** @description Type. */
            signalType: components["schemas"]["SignalType"];
            /**
             * @description Every occurrence.
             *
             *     A 64-bit integer as a string.
             */
            occurrences: string;
            /**
             * @description Users with at least one; this is what learning counts.
             *
             *     A 64-bit integer as a string.
             */
            users: string;
        };
        /**
         * @description SignalType is what a user did with an output. The sentiment of each, in [-1, 1], is fixed.
         *
         *     - SIGNAL_TYPE_UNSPECIFIED: Not stated; refused on input.
         *     - SIGNAL_TYPE_FAVORITE_ADDED: Marked as a favourite: +0.9.
         *     - SIGNAL_TYPE_SHARE_RESPONSE: Shared the response: +0.9.
         *     - SIGNAL_TYPE_COPY_RESPONSE: Copied the response: +0.7.
         *     - SIGNAL_TYPE_EXPORT_RESPONSE: Exported the response: +0.6.
         *     - SIGNAL_TYPE_CONTINUE_CONVERSATION: Went on with the conversation: +0.3.
         *     - SIGNAL_TYPE_SCROLL_TO_END: Read to the end: +0.2.
         *     - SIGNAL_TYPE_RESPONSE_TIME_SHORT: Replied soon: +0.2.
         *     - SIGNAL_TYPE_EDIT_AND_RESEND: Edited the prompt and sent it again: 0.
         *     - SIGNAL_TYPE_RESPONSE_TIME_LONG: Replied late: 0.
         *     - SIGNAL_TYPE_ABANDON_CONVERSATION: Left the conversation: -0.3.
         *     - SIGNAL_TYPE_SCROLL_BOUNCE: Scrolled away at once: -0.4.
         *     - SIGNAL_TYPE_MANUAL_MODEL_SWITCH: Switched the model by hand: -0.6.
         *     - SIGNAL_TYPE_ABANDON_MID_RESPONSE: Left while the response was written: -0.7.
         *     - SIGNAL_TYPE_REGENERATE: Asked for another response: -0.8.
         *     - SIGNAL_TYPE_REPORT_CONTENT: Reported the content: -1.
         * @enum {string}
         */
        SignalType: "SIGNAL_TYPE_UNSPECIFIED" | "SIGNAL_TYPE_FAVORITE_ADDED" | "SIGNAL_TYPE_SHARE_RESPONSE" | "SIGNAL_TYPE_COPY_RESPONSE" | "SIGNAL_TYPE_EXPORT_RESPONSE" | "SIGNAL_TYPE_CONTINUE_CONVERSATION" | "SIGNAL_TYPE_SCROLL_TO_END" | "SIGNAL_TYPE_RESPONSE_TIME_SHORT" | "SIGNAL_TYPE_EDIT_AND_RESEND" | "SIGNAL_TYPE_RESPONSE_TIME_LONG" | "SIGNAL_TYPE_ABANDON_CONVERSATION" | "SIGNAL_TYPE_SCROLL_BOUNCE" | "SIGNAL_TYPE_MANUAL_MODEL_SWITCH" | "SIGNAL_TYPE_ABANDON_MID_RESPONSE" | "SIGNAL_TYPE_REGENERATE" | "SIGNAL_TYPE_REPORT_CONTENT";
        /** @description StartExperimentRequest asks to start a draft. */
        StartExperimentRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
            etag?: string;
            /** @description Why, for the audit. At most 500 characters. */
            reason?: string;
        };
        /** @description StartExperimentResponse shows the experiment after the change. */
        StartExperimentResponse: {
            /** @description The experiment. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description StartRolloutRequest asks to roll out a treatment step by step. */
        StartRolloutRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
            etag?: string;
            /** @description How; absent means 10, 25, 50, 75, 100 % every 24 hours, automatically. */
            plan?: components["schemas"]["RolloutPlanInput"];
        };
        /** @description StartRolloutResponse shows the rollout. */
        StartRolloutResponse: {
            /** @description The rollout. */
            rollout?: components["schemas"]["Rollout"];
        };
        /**
         * @description Strategy says how a model is chosen among estimates. Values may be added.
         *
         *     - STRATEGY_UNSPECIFIED: Leaves the choice to the service's setting.
         *     - STRATEGY_GREEDY: The best estimate, always.
         *     - STRATEGY_THOMPSON: Each model with the probability that it is the best.
         *     - STRATEGY_EPSILON_GREEDY: Mostly the best estimate, now and then any model.
         *     - STRATEGY_SCOPE_FALLBACK: The best score at the first scope, from user to global, with enough confidence.
         * @enum {string}
         */
        Strategy: "STRATEGY_UNSPECIFIED" | "STRATEGY_GREEDY" | "STRATEGY_THOMPSON" | "STRATEGY_EPSILON_GREEDY" | "STRATEGY_SCOPE_FALLBACK";
        /** @description StreamSignalsRequest is one batch on a stream. Explicit feedback and signals may be mixed; together 1 to 1,000 items. */
        StreamSignalsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Names the batch in its ack and makes it safe to send again: within 24 hours a repeat returns the first ack. A UUID.
             */
            batchId: string;
            /** @description Implicit signals. At most 1,000. */
            signals?: components["schemas"]["ImplicitSignalInput"][];
            /** @description Explicit feedback. At most 1,000. */
            feedback?: components["schemas"]["ExplicitFeedbackInput"][];
        };
        /** @description StreamSignalsResponse acknowledges one batch, after its commit. */
        StreamSignalsResponse: {
            /** @description Batch that is acknowledged. */
            batchId: string;
            /** @description One result per item, signals first, in the order of the batch. Empty when the whole batch was refused. */
            results: components["schemas"]["ItemResult"][];
            /**
             * Format: int32
             * @description Number of items that are durable.
             */
            acceptedCount: number;
            /** @description Why the whole batch was refused and nothing of it stored; absent otherwise. */
            refusal?: components["schemas"]["BatchRefusal"];
        };
        /** @description SubmitExplicitFeedbackRequest carries the explicit feedback of one user on one output. */
        SubmitExplicitFeedbackRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description Feedback to store. Required. */
            feedback: components["schemas"]["ExplicitFeedbackInput"];
        };
        /** @description SubmitExplicitFeedbackResponse confirms that feedback is durable. */
        SubmitExplicitFeedbackResponse: {
            /** @description Accepted, replaced, superseded or duplicate. */
            outcome: components["schemas"]["ItemOutcome"];
            /** @description Detected language of the comment, ISO 639-1; empty when there is none or it is unknown. */
            commentLanguage: string;
            /** @description Whether the manifest of the output is known; without it the feedback waits to be learned. */
            manifestKnown: boolean;
        };
        /** @description SubmitImplicitSignalRequest carries one implicit signal. */
        SubmitImplicitSignalRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description Signal to store. Required. */
            signal: components["schemas"]["ImplicitSignalInput"];
        };
        /** @description SubmitImplicitSignalResponse confirms that a signal is durable. */
        SubmitImplicitSignalResponse: {
            /** @description Accepted or duplicate. */
            outcome: components["schemas"]["ItemOutcome"];
            /** @description Identifier of the occurrence, given or derived. */
            signalId: string;
            /**
             * Format: double
             * @description Sentiment of the signal type, in [-1, 1].
             */
            sentiment: number;
        };
        /** @description SubmitVoiceFeedbackRequest is the header, then the audio, of a spoken comment. */
        SubmitVoiceFeedbackRequest: {
            /** @description Describes the comment. Sent first. */
            header?: components["schemas"]["VoiceHeader"];
            /** @description Next piece of the audio. At most 256 KiB. */
            chunk?: string;
        };
        /** @description SubmitVoiceFeedbackResponse confirms that a spoken comment is durable and will be heard. */
        SubmitVoiceFeedbackResponse: {
            /** @description Identifier to ask the voice service about. */
            voiceId: string;
            /**
             * @description Bytes of audio that were stored.
             *
             *     A 64-bit integer as a string.
             */
            audioBytes: string;
        };
        /** @description TableEntry is what would be recommended in one context. */
        TableEntry: {
            /** @description User; empty for the tenant's entry. */
            userId: string;
            /** @description Task; empty for any task. */
            taskType: string;
            /** @description Domain; empty for any domain. */
            domainMode: string;
            /** @description All models with feedback, best first, with their propensities. */
            models: components["schemas"]["RankedModel"][];
            /** @description Narrowest scope with enough confidence for the best model. */
            scope: components["schemas"]["Scope"];
            /** @description One sentence on which counts decided. */
            reasoning: string;
            /** @description How the propensities were computed. */
            strategy: components["schemas"]["Strategy"];
            /**
             * Format: date-time
             * @description Until when the entry may be used.
             */
            expireTime?: string;
        };
        /** @description Targeting says whom an experiment covers: everybody who meets all conditions. */
        Targeting: {
            /** @description Tasks; empty for all. At most 64. */
            taskTypes: string[];
            /** @description Domains; empty for all. At most 64. */
            domainModes: string[];
            /** @description Tenants, in an experiment over all tenants; empty for all. At most 1,000. */
            tenantIds: string[];
            /** @description Attributes of the user, each with the values that are covered. At most 16. */
            attributes: components["schemas"]["AttributeCondition"][];
        };
        /** @description Targeting says whom an experiment covers: everybody who meets all conditions. */
        TargetingInput: {
            /** @description Tasks; empty for all. At most 64. */
            taskTypes?: string[];
            /** @description Domains; empty for all. At most 64. */
            domainModes?: string[];
            /** @description Tenants, in an experiment over all tenants; empty for all. At most 1,000. */
            tenantIds?: string[];
            /** @description Attributes of the user, each with the values that are covered. At most 16. */
            attributes?: components["schemas"]["AttributeConditionInput"][];
        };
        /** @description TenantSettings are a tenant's learning settings. */
        TenantSettings: {
            /** @description Whether the tenant's feedback adds to the global scope. Off unless switched on. */
            globalLearning: boolean;
            /**
             * Format: double
             * @description What the tenant's outputs may cost on a UTC day, in US dollars; 0 means no budget. In [0, 1e9]. Recommendations weigh cost the more, the further spending runs ahead of it; no request is refused for it.
             */
            dailyBudgetUsd: number;
        };
        /** @description TenantSettings are a tenant's learning settings. */
        TenantSettingsInput: {
            /** @description Whether the tenant's feedback adds to the global scope. Off unless switched on. */
            globalLearning?: boolean;
            /**
             * Format: double
             * @description What the tenant's outputs may cost on a UTC day, in US dollars; 0 means no budget. In [0, 1e9]. Recommendations weigh cost the more, the further spending runs ahead of it; no request is refused for it.
             */
            dailyBudgetUsd?: number;
        };
        /**
         * @description ThermalState says how ready a model was to serve.
         *
         *     - THERMAL_STATE_UNSPECIFIED: Not stated; refused on input.
         *     - THERMAL_STATE_OFF: Not loaded and not to be loaded.
         *     - THERMAL_STATE_COLD: Not loaded.
         *     - THERMAL_STATE_WARM: Loaded, idle.
         *     - THERMAL_STATE_HOT: Loaded and serving.
         * @enum {string}
         */
        ThermalState: "THERMAL_STATE_UNSPECIFIED" | "THERMAL_STATE_OFF" | "THERMAL_STATE_COLD" | "THERMAL_STATE_WARM" | "THERMAL_STATE_HOT";
        /** @description TranscribeHeader says what is to be done with a recording. */
        TranscribeHeader: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Language spoken, ISO 639-1, where it is known; empty: it is detected. */
            language?: string;
            /** @description Whether to leave out the English translation, which takes about as long again as the transcript. */
            skipTranslation?: boolean;
        };
        /** @description TranscribeRequest is the header or a chunk of a recording. */
        TranscribeRequest: {
            /** @description What is to be done. */
            header?: components["schemas"]["TranscribeHeader"];
            /** @description Bytes of the file, in order. 1 byte to 256 KiB; all of them at most 25 MB unless the deployment says otherwise. */
            chunk?: string;
        };
        /** @description TranscribeResponse shows what was heard. */
        TranscribeResponse: {
            /** @description What was heard. */
            transcript?: components["schemas"]["Transcript"];
        };
        /** @description Transcript is what was said in a recording. */
        Transcript: {
            /** @description Whether nobody said a word: no text, no language, no opinion. */
            noSpeech: boolean;
            /** @description The words in the language spoken. */
            text: string;
            /** @description Language spoken, ISO 639-1; empty when it has no such code. */
            language: string;
            /**
             * Format: double
             * @description How likely it is that language, in [0, 1]; 1 when it was told.
             */
            languageProbability: number;
            /** @description The words in English; empty when there is no translation. */
            englishTranslation: string;
            /**
             * Format: double
             * @description How much to rely on the words, in [0, 1].
             */
            confidence: number;
            /** @description A sentence that says why the words may be wrong; empty without a reason. */
            doubt: string;
            /** @description Length of the recording. */
            audioDuration?: string;
            /** @description What recognised it. */
            model: string;
            /**
             * Format: double
             * @description What the words think of the answer, in [-1, 1]; absent without speech.
             */
            sentiment?: number;
            /** @description The sentiment as a thumb; unspecified without speech. */
            inferredRating: components["schemas"]["Rating"];
            /** @description What the opinion is about, the likeliest first. */
            inferredCategories: components["schemas"]["FeedbackCategory"][];
        };
        /** @description TranslateTextRequest asks for a translation. */
        TranslateTextRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Text. 1 to 5,000 characters. */
            text: string;
            /** @description Language of the text, ISO 639-1, with or without a region; empty: it is recognised. */
            sourceLanguage?: string;
            /** @description Language wanted, ISO 639-1; empty: English. */
            targetLanguage?: string;
        };
        /** @description TranslateTextResponse is a translation. */
        TranslateTextResponse: {
            /** @description The text in the language wanted; unchanged when it was in it. */
            text: string;
            /** @description Language of the original, ISO 639-1. */
            sourceLanguage: string;
            /** @description Language of the translation, ISO 639-1. */
            targetLanguage: string;
        };
        /** @description TrustFactor is one part of a trust score. */
        TrustFactor: {
            /** @description Name: account_age, volume, diversity or alignment; pinned when an operator fixed the score. */
            name: string;
            /**
             * Format: double
             * @description Value, in [0, 1].
             */
            value: number;
            /** @description What it was computed from. */
            explanation: string;
        };
        /** @description TrustScore says how far a rater is trusted, and why. */
        TrustScore: {
            /** @description Rater. */
            userId: string;
            /**
             * Format: double
             * @description Trust weight, in [0.1, 1].
             */
            trust: number;
            /** @description What it is made of. */
            factors: components["schemas"]["TrustFactor"][];
            /** @description Whether the rater is an outlier. */
            outlier: boolean;
            /** @description Why; empty otherwise. */
            outlierReason: string;
            /** @description Whether an operator has fixed it. */
            pinned: boolean;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime?: string;
        };
        /** @description UnitContribution is what one user's feedback on one output contributes. */
        UnitContribution: {
            /** @description User. */
            userId: string;
            /**
             * Format: double
             * @description Weighted score, in [-1, 1].
             */
            weightedScore: number;
            /**
             * Format: double
             * @description The same in [0, 1].
             */
            score: number;
            /**
             * Format: double
             * @description Evidence, in [0.1, 1].
             */
            evidence: number;
            /**
             * Format: double
             * @description Trust weight that was applied, in [0.1, 1].
             */
            trust: number;
            /** @description Models that share it equally. */
            models: string[];
            /**
             * Format: double
             * @description Explicit part, -1, 0 or 1; absent when there is none.
             */
            explicitScore?: number;
            /**
             * Format: double
             * @description Mean sentiment of the signals, in [-1, 1]; absent when there are none.
             */
            implicitScore?: number;
            /**
             * Format: double
             * @description Sentiment of the voice, in [-1, 1]; absent when there is none.
             */
            voiceScore?: number;
        };
        /** @description UpdateExperimentRequest asks to change an experiment. */
        UpdateExperimentRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Experiment. A UUID.
             */
            experimentId: string;
            /** @description State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
            etag?: string;
            /** @description The experiment as it shall be; what the service sets is ignored. Required. */
            experiment: components["schemas"]["ExperimentInput"];
        };
        /** @description UpdateExperimentResponse shows the experiment after the change. */
        UpdateExperimentResponse: {
            /** @description The experiment. */
            experiment?: components["schemas"]["Experiment"];
            /** @description Whether the change opened a new epoch. */
            openedEpoch: boolean;
        };
        /** @description UpdateTenantSettingsRequest asks to change a tenant's settings. */
        UpdateTenantSettingsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description The new settings. Required. They replace the old ones as a whole: what is not sent is set to its default, so that a caller that sends global_learning alone sets the daily budget to 0, that is, ends it. */
            settings: components["schemas"]["TenantSettingsInput"];
        };
        /** @description UpdateTenantSettingsResponse shows the settings after the change. */
        UpdateTenantSettingsResponse: {
            /** @description The settings. */
            settings?: components["schemas"]["TenantSettings"];
        };
        /** @description Variant is one way of routing. */
        Variant: {
            /** @description Name within the experiment. 1 to 64 characters. */
            name: string;
            /** @description What it does, by the schema of the experiment's type. At most 64 KiB as JSON. */
            config?: JsonObject;
            /**
             * Format: double
             * @description Share of the treatment's users among treatments, relative to the others; 0 means 1. Ignored for the control.
             */
            weight: number;
        };
        /** @description VariantCount counts what a variant gathered. */
        VariantCount: {
            /** @description Variant. */
            variant: string;
            /**
             * Format: int32
             * @description Epoch.
             */
            epoch: number;
            /**
             * @description Users with an exposure.
             *
             *     A 64-bit integer as a string.
             */
            users: string;
            /**
             * @description Units with feedback.
             *
             *     A 64-bit integer as a string.
             */
            units: string;
            /**
             * @description Units with a weighted score above 0.
             *
             *     A 64-bit integer as a string.
             */
            positiveUnits: string;
        };
        /** @description Variant is one way of routing. */
        VariantInput: {
            /** @description Name within the experiment. 1 to 64 characters. */
            name: string;
            /** @description What it does, by the schema of the experiment's type. At most 64 KiB as JSON. */
            config?: JsonObject;
            /**
             * Format: double
             * @description Share of the treatment's users among treatments, relative to the others; 0 means 1. Ignored for the control.
             */
            weight?: number;
        };
        /** @description VerifyAuditLogRequest asks to check a tenant's log. */
        VerifyAuditLogRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
        };
        /** @description VerifyAuditLogResponse tells whether the log is whole. */
        VerifyAuditLogResponse: {
            /** @description Whether every hash is right and no entry is missing. */
            intact: boolean;
            /**
             * @description Entries that were checked.
             *
             *     A 64-bit integer as a string.
             */
            entries: string;
            /**
             * @description Number of the first entry that does not fit; 0 when the log is intact.
             *
             *     A 64-bit integer as a string.
             */
            firstBrokenSequence: string;
            /** @description Hash of the last entry, in hexadecimal, to be kept elsewhere; empty when there are no entries. */
            lastHash: string;
        };
        /** @description VoiceDepth counts feedback of one status. */
        VoiceDepth: {
            /** @description The status. */
            status: components["schemas"]["VoiceStatus"];
            /**
             * @description How much there is.
             *
             *     A 64-bit integer as a string.
             */
            count: string;
        };
        /** @description VoiceHeader describes a spoken comment. */
        VoiceHeader: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID.
             */
            requestId: string;
            /** @description What the comment is about. Required. */
            feedback: components["schemas"]["IngestVoiceFeedback"];
        };
        /**
         * @description VoiceStatus is how far feedback has been heard. Values may be added.
         *
         *     - VOICE_STATUS_UNSPECIFIED: Not stated.
         *     - VOICE_STATUS_PENDING: Waits for a worker, for the first time or again.
         *     - VOICE_STATUS_PROCESSING: Is being heard.
         *     - VOICE_STATUS_COMPLETED: Was heard; counts as feedback.
         *     - VOICE_STATUS_FAILED: Could not be heard; see the error.
         *     - VOICE_STATUS_NO_SPEECH: Nobody speaks in it.
         * @enum {string}
         */
        VoiceStatus: "VOICE_STATUS_UNSPECIFIED" | "VOICE_STATUS_PENDING" | "VOICE_STATUS_PROCESSING" | "VOICE_STATUS_COMPLETED" | "VOICE_STATUS_FAILED" | "VOICE_STATUS_NO_SPEECH";
        /** @description VoiceFeedback is what a user said of an output, and how far it has been heard. */
        VoiceVoiceFeedback: {
            /** @description Identifier. A UUID. */
            voiceId: string;
            /** @description Output that is judged. */
            outputId: string;
            /** @description User who speaks. */
            userId: string;
            /** @description Where the feedback was given. */
            source: components["schemas"]["FeedbackSource"];
            /** @description How far it has been heard. */
            status: components["schemas"]["VoiceStatus"];
            /**
             * Format: date-time
             * @description When it was submitted.
             */
            createTime?: string;
            /**
             * Format: date-time
             * @description When it changed last.
             */
            updateTime?: string;
            /**
             * Format: date-time
             * @description When hearing it came to an end; absent before.
             */
            completeTime?: string;
            /** @description Format of the recording, such as webm or mp3. */
            audioFormat: string;
            /**
             * @description Size of the recording in bytes.
             *
             *     A 64-bit integer as a string.
             */
            audioBytes: string;
            /** @description Whether the recording is still kept. */
            audioKept: boolean;
            /** @description What was heard; absent until the status is completed or no_speech. */
            transcript?: components["schemas"]["Transcript"];
            /**
             * Format: int32
             * @description How often it has been tried.
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When it is tried again at the earliest; absent when it is not to be.
             */
            nextAttemptTime?: string;
            /** @description Why it failed, or failed last, in lower_snake_case; empty otherwise. */
            errorCode: string;
            /** @description The same as a sentence for people. */
            errorMessage: string;
        };
        /** @description WatchExperimentsRequest asks for running experiments. */
        WatchExperimentsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
        };
        /** @description WatchExperimentsResponse is the set of running experiments, or a sign of life. */
        WatchExperimentsResponse: {
            /** @description All running experiments of the tenant, when they changed. */
            experiments: components["schemas"]["Experiment"][];
            /** @description Whether `experiments` is the whole set; false in a sign of life, sent at least every 10 seconds. */
            changed: boolean;
            /**
             * Format: date-time
             * @description When the part was sent.
             */
            sendTime?: string;
            /** @description Tenant that the stream is for; targeting and holdouts look at it. */
            tenantId: string;
        };
        /** @description WatchRecommendationsRequest asks for the table of recommendations. */
        WatchRecommendationsRequest: {
            /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
            tenantId?: string;
            /** @description Users whose own entries are wanted beside the tenant's. At most 1,000. */
            userIds?: string[];
            /** @description Tasks that are wanted; empty means all. At most 64. */
            taskTypes?: string[];
            /** @description How the propensities of the entries are computed; unspecified leaves it to the service's setting. */
            strategy?: components["schemas"]["Strategy"];
        };
        /** @description WatchRecommendationsResponse is a part of the table, or a sign of life. */
        WatchRecommendationsResponse: {
            /** @description New and changed entries. Empty in a sign of life, sent at least every 10 seconds. */
            entries: components["schemas"]["TableEntry"][];
            /** @description Whether everything that was known when the stream began has been sent. */
            snapshotComplete: boolean;
            /**
             * @description Version of the learned scores; when it changes, entries of older versions are void.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
            /**
             * Format: date-time
             * @description When the part was sent.
             */
            sendTime?: string;
        };
        /**
         * @description WinnerRule says when a treatment wins.
         *
         *     - WINNER_RULE_UNSPECIFIED: Superiority.
         *     - WINNER_RULE_SUPERIORITY: Quality is better.
         *     - WINNER_RULE_NOT_INFERIOR_CHEAPER: Quality is not worse and cost is lower.
         *     - WINNER_RULE_NOT_INFERIOR_FASTER: Quality is not worse and latency is lower.
         * @enum {string}
         */
        WinnerRule: "WINNER_RULE_UNSPECIFIED" | "WINNER_RULE_SUPERIORITY" | "WINNER_RULE_NOT_INFERIOR_CHEAPER" | "WINNER_RULE_NOT_INFERIOR_FASTER";
    };
    responses: {
        /** @description The request is invalid; errors names each field. */
        BadRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The bearer token is missing, expired or invalid. */
        Unauthorized: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The role of the caller does not permit the operation. */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The resource does not exist. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The path does not support the method. */
        MethodNotAllowed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body did not arrive in time. */
        RequestTimeout: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request conflicts with stored data or with the state of the resource. */
        Conflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The resource has changed since the state in If-Match. */
        PreconditionFailed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        ContentTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The operation does not accept the Content-Type of the body. */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A rate limit or quota is exceeded; Retry-After holds the seconds to wait. */
        TooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description An internal error; errorId identifies it in logs. */
        InternalServerError: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The deployment does not support the operation. */
        NotImplemented: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A service behind the gateway is unavailable. */
        ServiceUnavailable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The deadline of the request passed. */
        GatewayTimeout: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description Identifies the request in logs. */
        RequestId: string;
        /** @description Identifies the state of the resource. */
        ETag: string;
        /** @description Seconds to wait before a retry. */
        RetryAfter: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    submitExplicitFeedback: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExplicitFeedbackInput"];
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubmitExplicitFeedbackResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    submitImplicitSignal: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImplicitSignalInput"];
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubmitImplicitSignalResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    submitVoiceFeedback: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** @description What the comment is about. Required. */
                    feedback: components["schemas"]["IngestVoiceFeedback"];
                    /**
                     * Format: binary
                     * @description A recording, for example WebM or MP3.
                     */
                    audio: string;
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubmitVoiceFeedbackResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    getFeedbackStats: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Output. 1 to 100 characters. */
                outputId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetFeedbackStatsResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    getWidgetConfig: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description User who sees the widget; empty when unknown. At most 200 characters. */
                userId?: string;
                /** @description Output that the widget stands at; empty when unknown. At most 100 characters. */
                outputId?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetWidgetConfigResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    batchSubmitImplicitSignals: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Signals to store. 1 to 1,000. */
                    signals: components["schemas"]["ImplicitSignalInput"][];
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchSubmitImplicitSignalsResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    getConversationSummary: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description Outputs a page; 0 means 50, more than 200 means 200. */
                pageSize?: number;
                /** @description Token of the page, from the answer before; empty for the first. */
                pageToken?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Conversation. 1 to 200 characters. */
                conversationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetConversationSummaryResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    getRecommendation: {
        parameters: {
            query: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description User; empty asks at tenant scope. At most 200 characters. */
                userId?: string;
                /** @description Task, as in the manifests. 1 to 64 characters. */
                taskType: string;
                /** @description Domain, as in the manifests; empty means general. At most 64 characters. */
                domainMode?: string;
                /** @description Models to choose from; empty means every model that the tenant has feedback on. At most 256. */
                candidates?: string[];
                /** @description Models not to choose. At most 256. */
                excludedModels?: string[];
                /** @description Capabilities that the model must have, of those in the profiles. At most 32. */
                requiredCapabilities?: string[];
                /** @description What the Brain knows of its models; needed for constraints and costs. At most 256. */
                profiles?: components["schemas"]["ModelProfile"][];
                /** @description Highest cost of a request in US dollars; absent for no limit. */
                costMax?: number;
                /** @description Highest latency in milliseconds; absent for no limit. */
                latencyMsMax?: number;
                /** @description Quality given up per cost of the dearest candidate, in [0, 1]; 0 looks at quality alone. Where the tenant has a daily budget, its pacing may take a greater one. */
                costWeight?: number;
                /** @description How to choose; unspecified leaves it to the service's setting. */
                strategy?: components["schemas"]["Strategy"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetRecommendationResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    getRecommendationFor: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecommendationContext"];
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetRecommendationResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    listModelScores: {
        parameters: {
            query: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description Scope. Required. */
                scope: components["schemas"]["Scope"];
                /** @description User, needed at user scope and refused at the others. At most 200 characters. */
                userId?: string;
                /** @description Model; empty for all. At most 200 characters. */
                model?: string;
                /** @description Task, as in the manifests; empty for any task. At most 64 characters. */
                taskType?: string;
                /** @description Domain, as in the manifests; empty for any domain. At most 64 characters. */
                domainMode?: string;
                /** @description Whether to list the roll-ups over tasks and domains too. */
                includeRollups?: boolean;
                /** @description Items a page; 0 means 50, more than 1,000 means 1,000. */
                pageSize?: number;
                /** @description Token of the page, from the answer before; empty for the first. */
                pageToken?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListModelScoresResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    learnOutput: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Output. 1 to 100 characters. */
                    outputId: string;
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LearnOutputResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    transcribe: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description Language spoken, ISO 639-1, where it is known; empty: it is detected. */
                language?: string;
                /** @description Whether to leave out the English translation, which takes about as long again as the transcript. */
                skipTranslation?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description A recording, for example WebM or MP3.
                     */
                    audio: string;
                };
                "audio/*": string;
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TranscribeResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    translateText: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Text. 1 to 5,000 characters. */
                    text: string;
                    /** @description Language of the text, ISO 639-1, with or without a region; empty: it is recognised. */
                    sourceLanguage?: string;
                    /** @description Language wanted, ISO 639-1; empty: English. */
                    targetLanguage?: string;
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TranslateTextResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    listExperiments: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description State; unspecified for all. */
                state?: components["schemas"]["ExperimentState"];
                /** @description Items a page; 0 means 50, more than 1,000 means 1,000. */
                pageSize?: number;
                /** @description Token of the page, from the answer before; empty for the first. */
                pageToken?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListExperimentsResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    createExperiment: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description Whether it covers all tenants; for operators. */
                allTenants?: boolean;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExperimentInput"];
            };
        };
        responses: {
            /** @description Success. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateExperimentResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    updateExperiment: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description ETag of the state that the caller has read. The gateway returns 412 if the state has changed. */
                "If-Match"?: string;
            };
            path: {
                /** @description Experiment. A UUID. */
                experimentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExperimentInput"];
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdateExperimentResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    getTenantFeedbackStats: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description Outputs created from here on; defaults to 30 days before end_time. At most 400 days before it. */
                startTime?: string;
                /** @description Outputs created before this; defaults to now. */
                endTime?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetTenantFeedbackStatsResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    listOutputs: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description Created from here on; unset means from the beginning. */
                startTime?: string;
                /** @description Created before this; unset means until now. */
                endTime?: string;
                /** @description One of its models. At most 200 characters. */
                model?: string;
                /** @description Its task. At most 64 characters. */
                taskType?: string;
                /** @description Its domain. At most 64 characters. */
                domainMode?: string;
                /** @description User for whom it was made. At most 200 characters. */
                userId?: string;
                /** @description Its conversation. At most 200 characters. */
                conversationId?: string;
                /** @description Has a standing thumb of this kind; unspecified means any output. */
                rating?: components["schemas"]["Rating"];
                /** @description Has a standing thumb that names this category. */
                category?: components["schemas"]["FeedbackCategory"];
                /** @description Has a standing signal of this type. */
                signalType?: components["schemas"]["SignalType"];
                /** @description Has any feedback that stands. */
                withFeedback?: boolean;
                /** @description Has a comment that stands. */
                withComment?: boolean;
                /** @description Has a spoken comment that stands. */
                withVoice?: boolean;
                /** @description Outputs a page; 0 means 50, more than 200 means 200. */
                pageSize?: number;
                /** @description Token of the page, from the answer before; empty for the first. */
                pageToken?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListOutputsResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    getOutput: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Output. 1 to 100 characters. */
                outputId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetOutputResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    forgetUser: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description User. 1 to 200 characters. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForgetUserResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    exportUser: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: never;
            path: {
                /** @description User. 1 to 200 characters. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": components["schemas"]["ExportUserResponse"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    listErasures: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description Erasures a page; 0 means 50, more than 200 means 200. */
                pageSize?: number;
                /** @description Token of the page, from the answer before; empty for the first. */
                pageToken?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListErasuresResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    listAuditEntries: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description Who changed something. At most 200 characters. */
                actor?: string;
                /** @description What was done, such as experiment.start. At most 100 characters. */
                action?: string;
                /** @description Identifier of what was changed. At most 200 characters. */
                target?: string;
                /** @description Made from here on; unset means from the beginning. */
                startTime?: string;
                /** @description Made before this; unset means until now. */
                endTime?: string;
                /** @description Entries a page; 0 means 50, more than 500 means 500. */
                pageSize?: number;
                /** @description Token of the page, from the answer before; empty for the first. */
                pageToken?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListAuditEntriesResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    listTrustScores: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
                /** @description Whether to list outliers only. */
                outliersOnly?: boolean;
                /** @description Items a page; 0 means 50, more than 1,000 means 1,000. */
                pageSize?: number;
                /** @description Token of the page, from the answer before; empty for the first. */
                pageToken?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListTrustScoresResponse"];
                };
            };
            /** @description The cached response of the caller is current. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    pinTrustScore: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Rater, who need not have said anything yet. 1 to 200 characters. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: double
                     * @description Trust weight, in [0.1, 1].
                     */
                    trust?: number;
                    /** @description Why, for those who list trust scores. 1 to 500 characters. */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PinTrustScoreResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    clearTrustScore: {
        parameters: {
            query?: {
                /** @description Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Rater who has a trust score. 1 to 200 characters. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClearTrustScoreResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            501: components["responses"]["NotImplemented"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
}

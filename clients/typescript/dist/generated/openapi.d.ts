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
         * Stores or replaces the explicit feedback of a user on an output.
         * @description Stores or replaces the explicit feedback of one user on one output. It may arrive before the manifest.
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
         * Stores an implicit signal.
         * @description Stores one implicit signal. It may arrive before the manifest.
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
         * Stores a voice comment, which is transcribed asynchronously.
         * @description Stores a voice comment, sent as a header followed by chunks of audio.
         */
        post: operations["submitVoiceFeedback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/feedback/retract": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retracts the feedback of a user on an output.
         * @description Retracts the feedback of one user on one output and removes its contribution from the learned scores.
         */
        post: operations["retractFeedback"];
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
         * Counts the feedback on an output.
         * @description Returns counts of the feedback on one output. Fails with NOT_FOUND when the output has no manifest and no feedback.
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
         * Returns the configuration of the feedback widget.
         * @description Returns the configuration of a feedback widget.
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
         * Stores a batch of implicit signals atomically.
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
         * Summarizes the feedback on a conversation.
         * @description Returns a summary of the feedback on a conversation. Fails with NOT_FOUND when the conversation has no output.
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
    "/api/v2/service/outputs/{outputId}/outcome": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Records the outcome of the call behind an output.
         * @description Records the outcome of the call behind an output, before or after its manifest. It completes values that the manifest does not state and changes none that is stated. An outcome that contradicts the stated one fails with ALREADY_EXISTS.
         */
        post: operations["recordOutcome"];
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
         * Recommends a model. Each response is a new decision.
         * @description Recommends a model. Without feedback, the answer has confidence 0.
         */
        get: operations["getRecommendation"];
        put?: never;
        /**
         * Recommends a model, like GET, for a context that is too large for a URL.
         * @description Recommends a model. Without feedback, the answer has confidence 0.
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
    "/api/v2/neural/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Records decisions that a client made without a call, for the evaluation of policies.
         * @description Records decisions that clients made without a call, for EvaluatePolicy. A decision_id counts once: a repeat is counted in the answer and changes nothing.
         */
        post: operations["recordDecisions"];
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
         * Learns an output immediately and returns the contribution of its feedback.
         * @description Learns the feedback on one output immediately and returns its contribution.
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
         * Transcribes a recording immediately, without storing it.
         * @description Transcribes a recording immediately and stores none of it. The recording is sent as a header followed by chunks of the file. An unreadable recording fails with INVALID_ARGUMENT and a sentence for the speaker. Too many concurrent calls fail with RESOURCE_EXHAUSTED and the time to wait.
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
         * @description Translates a text. An unsupported pair of languages fails with UNIMPLEMENTED and is named in the error.
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
         * @description Lists experiments, newest first, with the fields that GetExperiment returns to the caller.
         */
        get: operations["listExperiments"];
        put?: never;
        /**
         * Creates an experiment in the draft state.
         * @description Creates an experiment as a draft. Only operators may create an experiment over all tenants.
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
         * Updates an experiment. If-Match contains the entity tag of the version to update.
         * @description Changes an experiment. A change that moves analysed users to other variants opens a new epoch.
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
         * Counts the outputs of a tenant and their feedback, by day and by model.
         * @description Returns counts of the outputs of a tenant and the feedback on them, by day and by model.
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
         * Lists outputs with their feedback, newest first.
         * @description Lists outputs with the feedback on them, newest first. Outputs without a manifest are not listed.
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
         * Returns an output: its manifest and its current feedback.
         * @description Returns one output with its manifest and its current feedback. Fails with NOT_FOUND when the output has no manifest and no feedback.
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
         * Erases a user and removes their contribution to learned scores.
         * @description Erases a user and removes what was learned from the user's feedback. Data of this service is erased before the answer. Recordings, scores, trust, decisions and assignments are erased within minutes; ListErasures shows the progress.
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
         * Streams all stored data of a user, one record per line.
         * @description Streams all records of a user, from every service.
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
         * Lists erasures with their progress, newest first.
         * @description Lists erasures of users with their progress, newest first.
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
    "/api/v2/admin/evaluators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the registered evaluators by name.
         * @description Lists all registered evaluators, at most 1,000, by name.
         */
        get: operations["listEvaluators"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/evaluators/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Registers an evaluator, whose votes have a higher hourly limit than those of users.
         * @description Registers an evaluator. Registering it again changes nothing. All processes apply the change within 5 s.
         */
        put: operations["registerEvaluator"];
        post?: never;
        /**
         * Removes an evaluator from the registered ones.
         * @description Removes an evaluator from the registered ones. Its feedback stays.
         */
        delete: operations["removeEvaluator"];
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
         * Lists the entries of the audit log, newest first.
         * @description Lists audit entries, newest first.
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
         * Lists the trust score of each rater with its reasons.
         * @description Lists the trust scores of raters with their factors, lowest trust first.
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
         * Sets the trust score of a rater to a fixed value.
         * @description Pins the trust weight of a rater to a fixed value. The weight applies to all feedback of the rater, past and future.
         */
        post: operations["pinTrustScore"];
        /**
         * Removes the fixed trust score of a rater, so that it is computed again.
         * @description Removes the pin from a trust score, so that it is computed again.
         */
        delete: operations["clearTrustScore"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/model-aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the other names of models by alias.
         * @description Lists the model aliases of a tenant, by alias.
         */
        get: operations["listModelAliases"];
        /**
         * Sets the model that an alias stands for.
         * @description Sets the model that an alias stands for. Manifests that are recorded later are credited to it; recorded ones do not change. Takes precedence over the automatic rules. All processes apply the change within 5 s.
         */
        put: operations["setModelAlias"];
        post?: never;
        /**
         * Deletes a model alias, so that the automatic rules apply to the name again.
         * @description Deletes a model alias. The automatic rules apply to the name again.
         */
        delete: operations["deleteModelAlias"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/admin/feedback/unmatched": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists outputs that have feedback but no manifest, oldest first.
         * @description Lists outputs that have feedback but no manifest, by the time of their first feedback, oldest first. Feedback appears about one second after it was stored.
         */
        get: operations["listUnmatchedFeedback"];
        put?: never;
        /**
         * States the recorded output that the feedback under another output id belongs to.
         * @description States which recorded output the feedback under another output id belongs to. Stored feedback is moved to the output within about one second, and later feedback under the id is stored under the output. A match cannot be changed: another output gets ALREADY_EXISTS (FEEDBACK_MATCHED).
         */
        post: operations["matchFeedback"];
        delete?: never;
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
        /**
         * @description AliasSource states where a model alias comes from.
         *
         *     - ALIAS_SOURCE_UNSPECIFIED: Not set.
         *     - ALIAS_SOURCE_AUTOMATIC: A manifest that named the requested model and the model that answered, or a name with a provider or a date.
         *     - ALIAS_SOURCE_MANUAL: SetModelAlias.
         * @enum {string}
         */
        AliasSource: "ALIAS_SOURCE_UNSPECIFIED" | "ALIAS_SOURCE_AUTOMATIC" | "ALIAS_SOURCE_MANUAL";
        /** @description ApproveRolloutStepRequest approves the next step of a rollout. */
        ApproveRolloutStepRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
            reason?: string;
        };
        /** @description ApproveRolloutStepResponse contains the rollout after the approval. */
        ApproveRolloutStepResponse: {
            /** @description State of the rollout. */
            rollout?: components["schemas"]["Rollout"];
        };
        /**
         * @description AskReason is the reason for prompting or not prompting a user for an opinion.
         *
         *     - ASK_REASON_UNSPECIFIED: Not prompted: the request names no user or no output, or the output has no manifest.
         *     - ASK_REASON_FIRST_OUTPUTS: Prompted: the output is one of the first outputs of the user.
         *     - ASK_REASON_LOW_CONFIDENCE: Prompted: the confidence of the Brain in its choice was low.
         *     - ASK_REASON_VERIFICATION_FAILED: Prompted: a check of the output failed.
         *     - ASK_REASON_CONTRADICTION: Prompted: the output contains a contradiction.
         *     - ASK_REASON_SAMPLED: Prompted: the output was selected by random sampling.
         *     - ASK_REASON_NOT_SAMPLED: Not prompted: the output was not selected by random sampling.
         *     - ASK_REASON_FATIGUE: Not prompted: the user was prompted too often or too recently.
         *     - ASK_REASON_ANSWERED: Not prompted: the user has already given a rating or a voice comment on the output.
         * @enum {string}
         */
        AskReason: "ASK_REASON_UNSPECIFIED" | "ASK_REASON_FIRST_OUTPUTS" | "ASK_REASON_LOW_CONFIDENCE" | "ASK_REASON_VERIFICATION_FAILED" | "ASK_REASON_CONTRADICTION" | "ASK_REASON_SAMPLED" | "ASK_REASON_NOT_SAMPLED" | "ASK_REASON_FATIGUE" | "ASK_REASON_ANSWERED";
        /** @description AssignVariantRequest asks for the variant of one user. */
        AssignVariantRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description User, task and domain. Required. */
            context: components["schemas"]["AssignmentContext"];
        };
        /** @description AssignVariantResponse contains the assignment. */
        AssignVariantResponse: {
            /** @description Assignment of the user. */
            assignment?: components["schemas"]["Assignment"];
        };
        /** @description Assignment is the assignment of a user to a variant. */
        Assignment: {
            /** @description Identifier of the experiment. */
            experimentId: string;
            /** @description Name of the variant. Empty when the user is in none. */
            variant: string;
            /**
             * Format: int32
             * @description Epoch of the assignment.
             */
            epoch: number;
            /** @description Whether the outcomes of the user are analysed. */
            analysed: boolean;
            /** @description Reason: bucket, forced, not_covered, holdout, outside_layer, unassigned or not_running. */
            reason: string;
            /** @description Configuration of the variant. */
            config?: JsonObject;
        };
        /** @description AssignmentContext describes the user and the request of an assignment. */
        AssignmentContext: {
            /** @description Identifier of the user. 1 to 200 characters. Required. */
            userId: string;
            /** @description Task of the request. Empty matches no condition on tasks. At most 64 characters. */
            taskType?: string;
            /** @description Domain of the request. Empty means general. At most 64 characters. */
            domainMode?: string;
            /** @description Attributes of the user, by name. At most 32; names of 1 to 64 characters, values of at most 200. */
            attributes?: {
                [key: string]: string;
            };
        };
        /** @description AttributeCondition matches users whose attribute has one of several values. */
        AttributeCondition: {
            /** @description Name of the attribute. 1 to 64 characters. Required. */
            name: string;
            /** @description Matching values. At most 64 distinct values of at most 200 characters. */
            values: string[];
        };
        /** @description AttributeCondition matches users whose attribute has one of several values. */
        AttributeConditionInput: {
            /** @description Name of the attribute. 1 to 64 characters. Required. */
            name: string;
            /** @description Matching values. At most 64 distinct values of at most 200 characters. */
            values?: string[];
        };
        /** @description AuditEntry records one change. */
        AuditEntry: {
            /**
             * @description Number of the entry within the tenant. Starts at 1 and has no gaps.
             *
             *     A 64-bit integer as a string.
             */
            sequence: string;
            /**
             * Format: date-time
             * @description Time of the change.
             */
            createTime?: string;
            /** @description Service that made the change. */
            service: string;
            /** @description Subject of the token of the caller who made the change. */
            actor: string;
            /** @description Name of the action, such as experiment.start. */
            action: string;
            /** @description Identifier of the changed object. Never the identifier of an erased user. */
            target: string;
            /** @description Reason stated by the caller. Empty when the caller stated none. */
            reason: string;
            /** @description Details of the change as a JSON object. Empty without details. */
            detailJson: string;
            /** @description SHA-256 over the previous hash and this entry, in hexadecimal. */
            hash: string;
        };
        /** @description AuditFinding is one result of the verification. */
        AuditFinding: {
            /** @description Kind of the finding. */
            kind: components["schemas"]["AuditFindingKind"];
            /**
             * @description Number of the first affected entry. 0 when the finding concerns no entry.
             *
             *     A 64-bit integer as a string.
             */
            sequence: string;
            /** @description Description in one or two sentences. */
            message: string;
        };
        /**
         * @description AuditFindingKind is the kind of a finding.
         *
         *     - AUDIT_FINDING_KIND_UNSPECIFIED: Not used.
         *     - AUDIT_FINDING_KIND_ENTRY_INVALID: The hash of an entry does not match the entry and its predecessor.
         *     - AUDIT_FINDING_KIND_END_MISSING: The recorded end of the log does not match its last entry.
         *     - AUDIT_FINDING_KIND_CHECKPOINT_MISMATCH: The log differs from a signed checkpoint: entries were changed, added or removed, and hashes computed anew.
         *     - AUDIT_FINDING_KIND_CHECKPOINT_INVALID: A stored checkpoint is not signed by a known key.
         *     - AUDIT_FINDING_KIND_CHECKPOINT_MISSING: Stored checkpoints are missing.
         *     - AUDIT_FINDING_KIND_CHECKPOINTS_UNAVAILABLE: The object store of the checkpoints does not answer. Shows no manipulation.
         *     - AUDIT_FINDING_KIND_NOT_ANCHORED: No checkpoint covers the log. Shows no manipulation.
         * @enum {string}
         */
        AuditFindingKind: "AUDIT_FINDING_KIND_UNSPECIFIED" | "AUDIT_FINDING_KIND_ENTRY_INVALID" | "AUDIT_FINDING_KIND_END_MISSING" | "AUDIT_FINDING_KIND_CHECKPOINT_MISMATCH" | "AUDIT_FINDING_KIND_CHECKPOINT_INVALID" | "AUDIT_FINDING_KIND_CHECKPOINT_MISSING" | "AUDIT_FINDING_KIND_CHECKPOINTS_UNAVAILABLE" | "AUDIT_FINDING_KIND_NOT_ANCHORED";
        /** @description BatchAssignVariantsRequest asks for the variants of many users. */
        BatchAssignVariantsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description Users and requests to assign. 1 to 1,000. */
            contexts: components["schemas"]["AssignmentContext"][];
        };
        /** @description BatchAssignVariantsResponse contains the assignments. */
        BatchAssignVariantsResponse: {
            /** @description One assignment per context, in the order of the request. */
            assignments: components["schemas"]["Assignment"][];
        };
        /** @description BatchGetRecommendationsRequest asks for many recommendations. */
        BatchGetRecommendationsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Contexts. 1 to 256. Their lists hold at most 300,000 values in total, unless the operator sets another limit: an item of a list counts as the number of its fields, a name as two. */
            contexts: components["schemas"]["RecommendationContext"][];
        };
        /** @description BatchGetRecommendationsResponse contains many recommendations. */
        BatchGetRecommendationsResponse: {
            /** @description One recommendation per context, in the order of the request. */
            recommendations: components["schemas"]["Recommendation"][];
        };
        /** @description BatchRecordManifestsRequest carries many manifests. */
        BatchRecordManifestsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Manifests to record. 1 to 1,000. Their lists and maps hold at most 300,000 values in total, unless the operator sets another limit: an item of a list counts as the number of its fields, a map entry as its key and its value. */
            manifests: components["schemas"]["ExecutionManifestInput"][];
        };
        /** @description BatchRecordManifestsResponse contains the result of each manifest. */
        BatchRecordManifestsResponse: {
            /** @description One result per manifest, in the order of the request. */
            results: components["schemas"]["ItemResult"][];
        };
        /** @description BatchRefusal states why a batch was refused as a whole. */
        BatchRefusal: {
            /** @description Machine-readable reason, in UPPER_SNAKE_CASE. */
            reason: string;
            /** @description Description of the error, with each invalid field. */
            message: string;
            /** @description Whether the same batch may succeed later. */
            retryable: boolean;
            /**
             * Format: int32
             * @description Minimum time before the next attempt, in milliseconds. 0 when the batch is not retryable.
             */
            retryAfterMs: number;
            /** @description Invalid fields, by their path in the batch. */
            problems: components["schemas"]["FieldProblem"][];
        };
        /** @description BatchRun is one nightly run. */
        BatchRun: {
            /** @description Identifier of the run. */
            runId: string;
            /** @description State of the run. */
            state: components["schemas"]["BatchRunState"];
            /**
             * @description Number of units read so far, over all tenants. 0 for a caller of one tenant.
             *
             *     A 64-bit integer as a string.
             */
            unitsDone: string;
            /**
             * @description Number of units to read over all tenants, counted at the start. 0 for a caller of one tenant.
             *
             *     A 64-bit integer as a string.
             */
            unitsTotal: string;
            /**
             * Format: date-time
             * @description Start of the run.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description End of the run. Absent while the run is in progress.
             */
            endTime?: string;
            /** @description Error of a failed run, without details for a caller of one tenant. Empty for other runs. */
            errorMessage: string;
            /** @description Step in progress: trust, rebuild, priors, drift or expiry. Empty between steps and after the end. */
            step: string;
            /** @description Completed steps. */
            stepsDone: string[];
            /**
             * Format: int32
             * @description Number of attempts, including the first.
             */
            attempts: number;
        };
        /** @description BatchRunRecord is one nightly run with its report. */
        BatchRunRecord: {
            /** @description State of the run. */
            run?: components["schemas"]["BatchRun"];
            /** @description Report of the run. Absent until the run has succeeded. */
            report?: components["schemas"]["RunBatchLearningResponse"];
        };
        /**
         * @description BatchRunState is the state of a nightly run.
         *
         *     - BATCH_RUN_STATE_UNSPECIFIED: Not set. Never returned.
         *     - BATCH_RUN_STATE_RUNNING: In progress, or waiting to be resumed.
         *     - BATCH_RUN_STATE_SUCCEEDED: Succeeded.
         *     - BATCH_RUN_STATE_FAILED: Failed. The previous version of the learned scores remains active.
         * @enum {string}
         */
        BatchRunState: "BATCH_RUN_STATE_UNSPECIFIED" | "BATCH_RUN_STATE_RUNNING" | "BATCH_RUN_STATE_SUCCEEDED" | "BATCH_RUN_STATE_FAILED";
        /** @description BatchSubmitImplicitSignalsRequest carries many implicit signals. */
        BatchSubmitImplicitSignalsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Signals to store. 1 to 1,000. Their `signal_value`s hold at most 40,000 JSON values in total, unless the operator sets another limit. */
            signals: components["schemas"]["ImplicitSignalInput"][];
        };
        /** @description BatchSubmitImplicitSignalsResponse confirms that all signals of the batch are durable. */
        BatchSubmitImplicitSignalsResponse: {
            /** @description One result per signal, in the order of the request. */
            results: components["schemas"]["ItemResult"][];
        };
        /** @description BrainScore is the score of one model by the Brain. */
        BrainScore: {
            /** @description Identifier of the model. 1 to 200 characters. Required. */
            model: string;
            /**
             * Format: double
             * @description Score, in [0, 1].
             */
            score?: number;
        };
        /** @description BudgetState is the spending of the current day and its effect on recommendations. */
        BudgetState: {
            /**
             * Format: double
             * @description Cost of the learned outputs created since the start of the UTC day, in US dollars.
             */
            spentTodayUsd: number;
            /**
             * @description Number of learned outputs created since the start of the UTC day.
             *
             *     A 64-bit integer as a string.
             */
            requestsToday: string;
            /**
             * Format: double
             * @description Minimum weight of cost in recommendations, in [0, 1]. 0 without a budget. 1 from the exhaustion of the budget to the end of the day. A larger `RecommendationContext.cost_weight` takes precedence.
             */
            costWeight: number;
            /**
             * Format: date-time
             * @description Time at which `cost_weight` was last set. Absent before the first time.
             */
            updateTime?: string;
            /**
             * @description Number of learned outputs created since the start of the UTC day whose cost is unknown. They are not part of `spent_today_usd`.
             *
             *     A 64-bit integer as a string.
             */
            requestsWithoutCost: string;
        };
        /** @description CancelExperimentRequest names the experiment to cancel. */
        CancelExperimentRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty skips the check. At most 64 digits. */
            etag?: string;
            /** @description Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
            reason?: string;
        };
        /** @description CancelExperimentResponse contains the experiment after the change. */
        CancelExperimentResponse: {
            /** @description Experiment after the change. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description CategoryCount contains counts of explicit feedback that names one category. */
        CategoryCount: {
            /** @description Category. */
            category: components["schemas"]["FeedbackCategory"];
            /**
             * @description Number of positive ratings.
             *
             *     A 64-bit integer as a string.
             */
            positive: string;
            /**
             * @description Number of neutral ratings.
             *
             *     A 64-bit integer as a string.
             */
            neutral: string;
            /**
             * @description Number of negative ratings.
             *
             *     A 64-bit integer as a string.
             */
            negative: string;
        };
        /** @description CellChange is a cell whose score was changed by a rebuild. */
        CellChange: {
            /** @description Identifier of the tenant. Empty at global scope. */
            tenantId: string;
            /** @description Cell before the rebuild. Absent when the cell is new. */
            before?: components["schemas"]["ModelScore"];
            /** @description Cell after the rebuild. Absent when the cell was removed. */
            after?: components["schemas"]["ModelScore"];
        };
        /** @description ClearTrustScoreRequest removes the pin from the trust score of a rater. */
        ClearTrustScoreRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Identifier of a rater with a trust score. 1 to 200 characters. Required. */
            userId: string;
        };
        /** @description ClearTrustScoreResponse contains the trust score after the change. */
        ClearTrustScoreResponse: {
            /** @description Trust score of the rater. */
            score?: components["schemas"]["TrustScore"];
        };
        /** @description ClientDecision is a decision as its client states it. The service cannot verify the propensity; EvaluatePolicy limits the weight of such a decision. */
        ClientDecision: {
            /** @description Identifier of the decision, as in `ExecutionManifest.decision_id`. 1 to 64 characters. Required. */
            decisionId: string;
            /**
             * Format: date-time
             * @description Time of the decision. Required. At most 5 minutes in the future. A decision older than 7 days is not stored.
             */
            decideTime: string;
            /** @description Identifier of the user. Empty for a decision without a user. At most 200 characters. */
            userId?: string;
            /** @description Task, as in `ExecutionManifest.task_type`. 1 to 64 characters. Required. */
            taskType: string;
            /** @description Domain, as in `ExecutionManifest.domain_mode`. Empty means general. At most 64 characters. */
            domainMode?: string;
            /** @description Chosen model. 1 to 200 characters. Required. */
            model: string;
            /**
             * Format: double
             * @description Exact probability of the choice, in (0, 1]. Required.
             */
            propensity?: number;
            /** @description Strategy of the choice. Unspecified for the default of the service, or for a choice without scores. */
            strategy?: components["schemas"]["Strategy"];
            /** @description Models among which the client chose, with the chosen one. 1 to 256 distinct identifiers. Required. */
            candidates: string[];
            /** @description Scope of the scores of the chosen model. Unspecified without feedback. */
            scope?: components["schemas"]["Scope"];
            /**
             * Format: double
             * @description Estimated quality of the chosen model at the decision, in [0, 1]; 0.5 without feedback.
             */
            score?: number;
            /**
             * Format: double
             * @description Confidence of the estimate, in [0, 1].
             */
            confidence?: number;
            /**
             * @description Version of the learned scores of the table that the client used, from 0 to 9,007,199,254,740,991. 0 without a table.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion?: string;
        };
        /** @description Comparison is the comparison of one treatment with the control by one metric. */
        Comparison: {
            /** @description Name of the metric. */
            metric: string;
            /** @description Name of the treatment. */
            variant: string;
            /**
             * Format: double
             * @description Mean of the control. Absent without users that have an outcome.
             */
            controlMean?: number;
            /**
             * Format: double
             * @description Mean of the treatment. Absent without users that have an outcome.
             */
            treatmentMean?: number;
            /**
             * Format: double
             * @description Mean of the treatment minus mean of the control. Absent when a mean is absent.
             */
            difference?: number;
            /**
             * Format: double
             * @description Lower bound of the fixed-horizon confidence interval. Absent when a group has fewer than two users, and for means when all outcomes of both groups are equal.
             */
            lower?: number;
            /**
             * Format: double
             * @description Upper bound of the fixed-horizon confidence interval. Absent when `lower` is absent.
             */
            upper?: number;
            /**
             * Format: double
             * @description p-value of the fixed-horizon test, in [0, 1]. 1 when it cannot be computed.
             */
            pValue: number;
            /**
             * Format: double
             * @description p-value adjusted over metrics by the method of Holm, in [0, 1].
             */
            pHolm: number;
            /**
             * Format: double
             * @description p-value adjusted over metrics by the method of Benjamini and Hochberg, in [0, 1].
             */
            pBenjaminiHochberg: number;
            /**
             * Format: double
             * @description Lower bound of the confidence sequence, which is valid at every interim analysis. Absent when `lower` is absent.
             */
            sequenceLower?: number;
            /**
             * Format: double
             * @description Upper bound of the confidence sequence. Absent when `lower` is absent.
             */
            sequenceUpper?: number;
            /**
             * Format: double
             * @description Effect size: Cohen's d, or Cohen's h for proportions. Absent when a group has fewer than two users, and for Cohen's d when the outcomes of each group are equal.
             */
            effectSize?: number;
            /** @description Name of the test that gave the p-value. */
            test: string;
            /** @description Whether the confidence sequence excludes a difference of 0. */
            significantAnytime: boolean;
        };
        /** @description CompleteExperimentRequest names the experiment to complete. */
        CompleteExperimentRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty skips the check. At most 64 digits. */
            etag?: string;
            /** @description Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
            reason?: string;
        };
        /** @description CompleteExperimentResponse contains the experiment after the change. */
        CompleteExperimentResponse: {
            /** @description Experiment after the change. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description CreateExperimentRequest contains the experiment to create. */
        CreateExperimentRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Experiment. Fields set by the service are ignored. Required. */
            experiment: components["schemas"]["ExperimentInput"];
            /** @description Whether the experiment covers all tenants. Only operators may set it. Default: false. */
            allTenants?: boolean;
        };
        /** @description CreateExperimentResponse contains the draft. */
        CreateExperimentResponse: {
            /** @description Draft, with the fields set by the service. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description Criterion is one criterion of deployment. */
        Criterion: {
            /** @description Name: significance, direction, users, duration, latency, sample_ratio or guardrail:<metric>. */
            name: string;
            /**
             * Format: double
             * @description Measured value.
             */
            value: number;
            /**
             * Format: double
             * @description Required value.
             */
            threshold: number;
            /** @description Whether the criterion passed. */
            passed: boolean;
            /** @description Explanation as a sentence. */
            explanation: string;
        };
        /** @description DayStats contains counts of the outputs of one day and of all feedback on these outputs, whenever it was given. */
        DayStats: {
            /** @description Day in UTC, such as 2026-11-21. Empty for totals. */
            day: string;
            /**
             * @description Number of outputs.
             *
             *     A 64-bit integer as a string.
             */
            outputs: string;
            /**
             * @description Number of outputs with current feedback of any kind.
             *
             *     A 64-bit integer as a string.
             */
            outputsWithFeedback: string;
            /**
             * @description Number of outputs that followed a recommendation.
             *
             *     A 64-bit integer as a string.
             */
            outputsFollowed: string;
            /** @description Counts of the feedback on the outputs. */
            counts?: components["schemas"]["FeedbackCounts"];
            /**
             * Format: double
             * @description Sum of the known costs of the outputs, in US dollars. `cost_count` outputs have a known cost.
             */
            costUsd: number;
            /**
             * @description Number of outputs with a known cost, failed ones included.
             *
             *     A 64-bit integer as a string.
             */
            costCount: string;
            /**
             * Format: double
             * @description Mean latency of the answered outputs with a known latency, in milliseconds. Absent when none has one.
             */
            latencyMsMean?: number;
            /**
             * @description Number of answered outputs with a known latency.
             *
             *     A 64-bit integer as a string.
             */
            latencyCount: string;
            /**
             * @description Number of outputs whose call did not answer: error, cancelled or timeout.
             *
             *     A 64-bit integer as a string.
             */
            outputsFailed: string;
        };
        /**
         * @description DecisionExclusion is the reason why an evaluation does not use a decision.
         *
         *     - DECISION_EXCLUSION_UNSPECIFIED: Not set.
         *     - DECISION_EXCLUSION_NO_MANIFEST: No manifest names the decision.
         *     - DECISION_EXCLUSION_OTHER_MODEL: The output did not use the chosen model, or used several models and the chosen one is unknown.
         *     - DECISION_EXCLUSION_NO_PROPENSITY: The propensity is unknown.
         *     - DECISION_EXCLUSION_UNKNOWN_CANDIDATES: The candidates are unknown, or the chosen model is not one of them.
         *     - DECISION_EXCLUSION_CONTRADICTION: The manifest and the recorded decision of a client state different propensities.
         *     - DECISION_EXCLUSION_NO_FEEDBACK: The user has given no feedback on the output yet.
         *     - DECISION_EXCLUSION_LIMIT: The evaluation had reached its limit of 100,000 events with newer decisions.
         * @enum {string}
         */
        DecisionExclusion: "DECISION_EXCLUSION_UNSPECIFIED" | "DECISION_EXCLUSION_NO_MANIFEST" | "DECISION_EXCLUSION_OTHER_MODEL" | "DECISION_EXCLUSION_NO_PROPENSITY" | "DECISION_EXCLUSION_UNKNOWN_CANDIDATES" | "DECISION_EXCLUSION_CONTRADICTION" | "DECISION_EXCLUSION_NO_FEEDBACK" | "DECISION_EXCLUSION_LIMIT";
        /** @description DeleteModelAliasRequest names the alias to delete. */
        DeleteModelAliasRequest: {
            /** @description Tenant of the alias. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Alias. An unknown alias is refused with NOT_FOUND (ALIAS_UNKNOWN). 1 to 200 characters. Required. */
            alias: string;
        };
        /** @description DeleteModelAliasResponse confirms that the alias is deleted. */
        DeleteModelAliasResponse: Record<string, never>;
        /** @description Drift is a model whose mean score in the last week differs significantly from the four weeks before. */
        Drift: {
            /** @description Identifier of the tenant. */
            tenantId: string;
            /** @description Task. */
            taskType: string;
            /** @description Domain. */
            domainMode: string;
            /** @description Identifier of the model. */
            model: string;
            /**
             * @description Number of units in the four weeks before.
             *
             *     A 64-bit integer as a string.
             */
            unitsBefore: string;
            /**
             * Format: double
             * @description Mean score in the four weeks before, in [0, 1].
             */
            scoreBefore: number;
            /**
             * @description Number of units in the last week.
             *
             *     A 64-bit integer as a string.
             */
            unitsAfter: string;
            /**
             * Format: double
             * @description Mean score in the last week, in [0, 1].
             */
            scoreAfter: number;
            /**
             * Format: double
             * @description Difference of the means in standard errors.
             */
            standardErrors: number;
        };
        /** @description Erasure is the erasure of one user. It does not name the user once it is complete. */
        Erasure: {
            /** @description Identifier of the erasure. */
            erasureId: string;
            /** @description Identifier of the user until the erasure is complete. Empty afterwards. */
            userId: string;
            /** @description SHA-256 of tenant and user, in hexadecimal. Shows whether a given user was erased. */
            userDigest: string;
            /**
             * Format: date-time
             * @description Time of the request.
             */
            requestTime?: string;
            /**
             * Format: date-time
             * @description Time at which all parts were complete. Absent until then.
             */
            completeTime?: string;
            /**
             * @description Number of rows erased by the ingest service.
             *
             *     A 64-bit integer as a string.
             */
            rowsErased: string;
            /** @description Complete parts, out of recordings, learning, decisions and experiments. */
            partsDone: string[];
            /** @description Parts that are not complete. */
            partsPending: string[];
        };
        /** @description EvaluatePolicyRequest selects a strategy and the decisions to evaluate it on. */
        EvaluatePolicyRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Strategy to evaluate. Required. */
            strategy: components["schemas"]["Strategy"];
            /**
             * Format: date-time
             * @description Earliest time of a decision, inclusive. Default: 30 days ago.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Latest time of a decision, exclusive. Default: now.
             */
            endTime?: string;
        };
        /** @description EvaluatePolicyResponse contains estimates of the mean score of a strategy. */
        EvaluatePolicyResponse: {
            /** @description Estimates by estimator. Empty without enough data. */
            estimates: components["schemas"]["PolicyEstimate"][];
            /**
             * @description Number of decisions with feedback.
             *
             *     A 64-bit integer as a string.
             */
            events: string;
            /**
             * Format: double
             * @description Effective sample size of the importance weights.
             */
            effectiveSampleSize: number;
            /** @description Whether the data are sufficient for a verdict. */
            enoughData: boolean;
            /** @description Missing data for a verdict. Empty with enough data. */
            explanation: string;
            /**
             * @description Number of decisions of the period: those that the service or a client recorded, and those of manifests alone.
             *
             *     A 64-bit integer as a string.
             */
            decisions: string;
            /** @description Decisions without an event, by reason. With `events`, they add up to `decisions`. */
            excluded: components["schemas"]["ExcludedDecisions"][];
            /**
             * @description Number of events whose propensity a client stated.
             *
             *     A 64-bit integer as a string.
             */
            clientEvents: string;
            /**
             * @description Number of those events whose importance weight was limited (`RADIANT_POLICY_WEIGHT_MAX`). The intervals are widened by the limited share.
             *
             *     A 64-bit integer as a string.
             */
            limitedWeights: string;
        };
        /** @description EvaluationScore is a score of an output whose range is unknown, so that it is no vote. */
        EvaluationScore: {
            /** @description Identifier of the output, or another name of it, as in ExplicitFeedback. 1 to 1,000 characters. Required. */
            outputId: string;
            /** @description Name of the evaluation. 1 to 200 characters. Required. */
            name: string;
            /**
             * Format: double
             * @description Score, from -1e15 to 1e15. Required.
             */
            score?: number;
            /** @description Identifier of the user who evaluated the output. Empty for a program. At most 200 characters. */
            userId: string;
            /**
             * Format: date-time
             * @description Time of the evaluation, from 2020-01-01 to 5 minutes in the future. Default: the time of receipt.
             */
            observeTime?: string;
        };
        /** @description EvaluationScore is a score of an output whose range is unknown, so that it is no vote. */
        EvaluationScoreInput: {
            /** @description Identifier of the output, or another name of it, as in ExplicitFeedback. 1 to 1,000 characters. Required. */
            outputId: string;
            /** @description Name of the evaluation. 1 to 200 characters. Required. */
            name: string;
            /**
             * Format: double
             * @description Score, from -1e15 to 1e15. Required.
             */
            score: number;
            /** @description Identifier of the user who evaluated the output. Empty for a program. At most 200 characters. */
            userId?: string;
            /**
             * Format: date-time
             * @description Time of the evaluation, from 2020-01-01 to 5 minutes in the future. Default: the time of receipt.
             */
            observeTime?: string;
        };
        /** @description Evaluator is a registered evaluator. */
        Evaluator: {
            /** @description Name of the evaluator. */
            name: string;
            /** @description Value of `ExplicitFeedback.user_id` in the feedback of the evaluator. */
            userId: string;
            /**
             * Format: date-time
             * @description Time of the registration.
             */
            createTime?: string;
        };
        /** @description ExcludedDecisions is the number of decisions that an evaluation does not use for one reason. */
        ExcludedDecisions: {
            /** @description Reason. */
            reason: components["schemas"]["DecisionExclusion"];
            /**
             * @description Number of decisions.
             *
             *     A 64-bit integer as a string.
             */
            count: string;
        };
        /** @description ExecutionManifest is the provenance of one AI output: the request, the models that answered, their cost and the recommendation that was followed. It is immutable once recorded. */
        ExecutionManifest: {
            /** @description Identifier of the output within its tenant, chosen by the caller. 1 to 100 characters. Required. */
            outputId: string;
            /** @description Identifier of the user who received the output. 1 to 200 characters. Required. */
            userId: string;
            /** @description Identifier of the conversation of the output. Empty without a conversation. At most 200 characters. */
            conversationId: string;
            /** @description Identifier of the message within the conversation. Empty without a message. At most 200 characters. */
            messageId: string;
            /** @description Kind of the request that produced the output. Required. */
            requestType: components["schemas"]["RequestType"];
            /** @description Task, in lower case. Required. Common values: chat, code, analysis, creative, vision, audio, medical, legal, research, translation. Tenants may use others. 1 to 64 characters. The value "any" is reserved for roll-ups. */
            taskType: string;
            /** @description Domain, in lower case. Common values: general, medical, legal, code, creative, research, business. Tenants may use others. At most 64 characters. Empty means general. The value "any" is reserved for roll-ups. */
            domainMode: string;
            /** @description SHA-256 of the prompt: 32 bytes, or empty. The prompt itself is not stored. */
            inputPromptHash: string;
            /** @description Text of the prompt. The service detects its language and discards it. At most 16,384 characters. Default: empty. */
            inputPromptSample: string;
            /**
             * Format: int32
             * @description Number of tokens of the prompt, from 0 to 1,000,000,000. Absent when unknown.
             */
            inputTokens?: number;
            /** @description Language of the prompt, ISO 639-1 in lower case. Empty detects it from `input_prompt_sample`. */
            inputLanguage: string;
            /** @description Models that produced the output, most important first. Each model receives an equal share of the feedback. 1 to 16 distinct identifiers of at most 200 characters. */
            modelsUsed: string[];
            /** @description Version by model. At most 16 entries; versions of at most 100 characters. A model without an entry has the unnamed version. */
            modelVersions: {
                [key: string]: string;
            };
            /** @description Identifier of the orchestration that produced the output. Empty without an orchestration. At most 200 characters. */
            orchestrationId: string;
            /** @description Display name of the orchestration. At most 200 characters. Default: empty. */
            orchestrationName: string;
            /** @description Other services that took part, such as retrieval or search. At most 32 names of at most 200 characters. */
            servicesUsed: string[];
            /** @description Thermal state by model at the time of the call. At most 64 entries. */
            thermalStates: {
                [key: string]: components["schemas"]["ThermalState"];
            };
            /** @description Health by provider at the time of routing. At most 64 entries. */
            providerHealth: {
                [key: string]: components["schemas"]["ProviderHealth"];
            };
            /** @description Reason of the Brain for its choice, as free text. At most 4,000 characters. Default: empty. */
            brainReasoning: string;
            /**
             * Format: double
             * @description Confidence of the Brain in its choice, in [0, 1]. Absent when the Brain stated none.
             */
            brainConfidence?: number;
            /** @description Whether the user replaced the model chosen by the Brain. Default: false. */
            wasUserOverride: boolean;
            /**
             * Format: int32
             * @description Number of tokens of the output, from 0 to 1,000,000,000. Absent when unknown.
             */
            outputTokens?: number;
            /**
             * Format: double
             * @description Time from the request to the last token, in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
             */
            totalLatencyMs?: number;
            /**
             * Format: double
             * @description Time from the request to the first token, in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
             */
            timeToFirstTokenMs?: number;
            /**
             * Format: double
             * @description Cost of the output in US dollars, from 0 to 1,000,000. Absent when unknown; 0 states that the output was free.
             */
            totalCost?: number;
            /** @description Whether the output was streamed to the user. Default: false. */
            wasStreamed: boolean;
            /** @description Steps of the orchestration, in order. At most 64. */
            steps: components["schemas"]["ManifestStep"][];
            /** @description `Recommendation.decision_id` of the recommendation that was followed. Empty without a recommendation. At most 64 characters. */
            decisionId: string;
            /**
             * Format: double
             * @description `Recommendation.propensity` of the recommendation that was followed, in (0, 1]. Absent without a recommendation.
             */
            propensity?: number;
            /**
             * Format: date-time
             * @description Time of the output. Default: the time of receipt. The age of all feedback on the output is measured from it. At most 5 minutes in the future, not before 2020.
             */
            createTime?: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment that chose the model, from the recommendation, a UUID. Empty without an experiment.
             */
            experimentId: string;
            /** @description Variant of the experiment. At most 64 characters. Empty without an experiment. */
            variant: string;
            /**
             * Format: int32
             * @description Epoch of the experiment, from 0 to 1,000,000. 0 without an experiment.
             */
            experimentEpoch: number;
            /** @description Whether a check of the output failed, such as a citation, a calculation or an executed test. If true, the user is prompted for feedback, within the limit of prompts per day. Default: false. */
            verificationFailed: boolean;
            /** @description Whether the output contradicts itself, the output of another model or an earlier message. If true, the user is prompted for feedback, within the limit of prompts per day. Default: false. */
            contradictionFound: boolean;
            /** @description Result of the call. Absent for a call that answered, or whose result `RecordOutcome` states later. An output whose call did not answer takes part in the error rate of its models, and in no mean of latency, cost or quality. */
            outcome?: components["schemas"]["Outcome"];
            /** @description Name under which a model was requested, by model of `models_used`, if the model that answered has another name: `auto`, `openai/gpt-4o` or a version without its date. The requested name becomes an alias of the model. At most 16 entries. */
            requestedModels: {
                [key: string]: string;
            };
            /** @description Other names of the output, under which feedback may arrive before or after the manifest: the response id of the provider, `<trace id>-<span id>` in hex. At most 8 names of at most 1,000 characters. Names of more than 100 characters and names with control characters are stored as their SHA-256. */
            outputAliases: string[];
            /** @description Whether `output_id` is an id of another system, such as the response id of a provider, which a cache may return to several users. If an output of another user has the id, the output is recorded under a derived id, and feedback of its user under `output_id` belongs to it. Default: false; a second manifest with the id is then refused. */
            outputIdForeign: boolean;
            /** @description Strategy of the decision that was followed, such as thompson. With `decision_id`, `propensity` and `decision_candidates`, a manifest describes a decision that was made without the service, so that EvaluatePolicy counts it. At most 64 characters. Empty when unknown. */
            decisionStrategy: string;
            /** @description Models among which the decision chose, with the chosen one. Empty when unknown. At most 256 distinct identifiers. */
            decisionCandidates: string[];
        };
        /** @description ExecutionManifest is the provenance of one AI output: the request, the models that answered, their cost and the recommendation that was followed. It is immutable once recorded. */
        ExecutionManifestInput: {
            /** @description Identifier of the output within its tenant, chosen by the caller. 1 to 100 characters. Required. */
            outputId: string;
            /** @description Identifier of the user who received the output. 1 to 200 characters. Required. */
            userId: string;
            /** @description Identifier of the conversation of the output. Empty without a conversation. At most 200 characters. */
            conversationId?: string;
            /** @description Identifier of the message within the conversation. Empty without a message. At most 200 characters. */
            messageId?: string;
            /** @description Kind of the request that produced the output. Required. */
            requestType: components["schemas"]["RequestType"];
            /** @description Task, in lower case. Required. Common values: chat, code, analysis, creative, vision, audio, medical, legal, research, translation. Tenants may use others. 1 to 64 characters. The value "any" is reserved for roll-ups. */
            taskType: string;
            /** @description Domain, in lower case. Common values: general, medical, legal, code, creative, research, business. Tenants may use others. At most 64 characters. Empty means general. The value "any" is reserved for roll-ups. */
            domainMode?: string;
            /** @description SHA-256 of the prompt: 32 bytes, or empty. The prompt itself is not stored. */
            inputPromptHash?: string;
            /** @description Text of the prompt. The service detects its language and discards it. At most 16,384 characters. Default: empty. */
            inputPromptSample?: string;
            /**
             * Format: int32
             * @description Number of tokens of the prompt, from 0 to 1,000,000,000. Absent when unknown.
             */
            inputTokens?: number;
            /** @description Language of the prompt, ISO 639-1 in lower case. Empty detects it from `input_prompt_sample`. */
            inputLanguage?: string;
            /** @description Models that produced the output, most important first. Each model receives an equal share of the feedback. 1 to 16 distinct identifiers of at most 200 characters. */
            modelsUsed: string[];
            /** @description Version by model. At most 16 entries; versions of at most 100 characters. A model without an entry has the unnamed version. */
            modelVersions?: {
                [key: string]: string;
            };
            /** @description Identifier of the orchestration that produced the output. Empty without an orchestration. At most 200 characters. */
            orchestrationId?: string;
            /** @description Display name of the orchestration. At most 200 characters. Default: empty. */
            orchestrationName?: string;
            /** @description Other services that took part, such as retrieval or search. At most 32 names of at most 200 characters. */
            servicesUsed?: string[];
            /** @description Thermal state by model at the time of the call. At most 64 entries. */
            thermalStates?: {
                [key: string]: components["schemas"]["ThermalState"];
            };
            /** @description Health by provider at the time of routing. At most 64 entries. */
            providerHealth?: {
                [key: string]: components["schemas"]["ProviderHealthInput"];
            };
            /** @description Reason of the Brain for its choice, as free text. At most 4,000 characters. Default: empty. */
            brainReasoning?: string;
            /**
             * Format: double
             * @description Confidence of the Brain in its choice, in [0, 1]. Absent when the Brain stated none.
             */
            brainConfidence?: number;
            /** @description Whether the user replaced the model chosen by the Brain. Default: false. */
            wasUserOverride?: boolean;
            /**
             * Format: int32
             * @description Number of tokens of the output, from 0 to 1,000,000,000. Absent when unknown.
             */
            outputTokens?: number;
            /**
             * Format: double
             * @description Time from the request to the last token, in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
             */
            totalLatencyMs?: number;
            /**
             * Format: double
             * @description Time from the request to the first token, in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
             */
            timeToFirstTokenMs?: number;
            /**
             * Format: double
             * @description Cost of the output in US dollars, from 0 to 1,000,000. Absent when unknown; 0 states that the output was free.
             */
            totalCost?: number;
            /** @description Whether the output was streamed to the user. Default: false. */
            wasStreamed?: boolean;
            /** @description Steps of the orchestration, in order. At most 64. */
            steps?: components["schemas"]["ManifestStepInput"][];
            /** @description `Recommendation.decision_id` of the recommendation that was followed. Empty without a recommendation. At most 64 characters. */
            decisionId?: string;
            /**
             * Format: double
             * @description `Recommendation.propensity` of the recommendation that was followed, in (0, 1]. Absent without a recommendation.
             */
            propensity?: number;
            /**
             * Format: date-time
             * @description Time of the output. Default: the time of receipt. The age of all feedback on the output is measured from it. At most 5 minutes in the future, not before 2020.
             */
            createTime?: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment that chose the model, from the recommendation, a UUID. Empty without an experiment.
             */
            experimentId?: string;
            /** @description Variant of the experiment. At most 64 characters. Empty without an experiment. */
            variant?: string;
            /**
             * Format: int32
             * @description Epoch of the experiment, from 0 to 1,000,000. 0 without an experiment.
             */
            experimentEpoch?: number;
            /** @description Whether a check of the output failed, such as a citation, a calculation or an executed test. If true, the user is prompted for feedback, within the limit of prompts per day. Default: false. */
            verificationFailed?: boolean;
            /** @description Whether the output contradicts itself, the output of another model or an earlier message. If true, the user is prompted for feedback, within the limit of prompts per day. Default: false. */
            contradictionFound?: boolean;
            /** @description Result of the call. Absent for a call that answered, or whose result `RecordOutcome` states later. An output whose call did not answer takes part in the error rate of its models, and in no mean of latency, cost or quality. */
            outcome?: components["schemas"]["OutcomeInput"];
            /** @description Name under which a model was requested, by model of `models_used`, if the model that answered has another name: `auto`, `openai/gpt-4o` or a version without its date. The requested name becomes an alias of the model. At most 16 entries. */
            requestedModels?: {
                [key: string]: string;
            };
            /** @description Other names of the output, under which feedback may arrive before or after the manifest: the response id of the provider, `<trace id>-<span id>` in hex. At most 8 names of at most 1,000 characters. Names of more than 100 characters and names with control characters are stored as their SHA-256. */
            outputAliases?: string[];
            /** @description Whether `output_id` is an id of another system, such as the response id of a provider, which a cache may return to several users. If an output of another user has the id, the output is recorded under a derived id, and feedback of its user under `output_id` belongs to it. Default: false; a second manifest with the id is then refused. */
            outputIdForeign?: boolean;
            /** @description Strategy of the decision that was followed, such as thompson. With `decision_id`, `propensity` and `decision_candidates`, a manifest describes a decision that was made without the service, so that EvaluatePolicy counts it. At most 64 characters. Empty when unknown. */
            decisionStrategy?: string;
            /** @description Models among which the decision chose, with the chosen one. Empty when unknown. At most 256 distinct identifiers. */
            decisionCandidates?: string[];
        };
        /** @description Experiment compares ways of routing requests on real users. The first variant is the control. */
        Experiment: {
            /** @description Identifier of the experiment, a UUID. Set by the service. */
            experimentId: string;
            /** @description Identifier of the tenant. Empty for an experiment over all tenants. Set by the service. */
            tenantId: string;
            /** @description Display name. 1 to 200 characters. Required. */
            displayName: string;
            /** @description Expected effect and its reason. At most 2,000 characters. Default: empty. */
            hypothesis: string;
            /** @description Object of the experiment. Required. */
            type: components["schemas"]["ExperimentType"];
            /** @description State of the experiment. Set by the service. */
            state: components["schemas"]["ExperimentState"];
            /** @description Variants with distinct names, the control first. 2 to 8. */
            variants: components["schemas"]["Variant"][];
            /**
             * Format: double
             * @description Share of users in treatment, all treatments together, in [0, 1]. Raising it never moves a treated user back to the control.
             */
            trafficPercentage: number;
            /** @description Users that the experiment covers. Absent covers all users. */
            targeting?: components["schemas"]["Targeting"];
            /** @description Name of the layer. Experiments of one layer never share a user. Empty means no layer. At most 64 characters. */
            layer: string;
            /**
             * Format: double
             * @description Start of the experiment's range of the layer, in [0, 1]. Default: 0.
             */
            layerStart: number;
            /**
             * Format: double
             * @description End of the experiment's range of the layer, in [0, 1]. 0 means 1.
             */
            layerEnd: number;
            /**
             * Format: double
             * @description Share of users excluded from every experiment of the layer, in [0, 1]. Default: 0.
             */
            holdout: number;
            /** @description Fixed variants for testers, by user. They take precedence over the assignment, and their outcomes are not analysed. At most 100 entries. Must be empty for an experiment over all tenants, because users belong to one tenant. Entries that earlier versions stored for one still apply to AssignVariant, BatchAssignVariants and recommendations. Only operators of all tenants read them. */
            forcedVariants: {
                [key: string]: string;
            };
            /** @description Metrics in addition to the positive rate. At most 20. */
            metrics: components["schemas"]["Metric"][];
            /** @description Condition under which a treatment wins. Unspecified means superiority. */
            winnerRule: components["schemas"]["WinnerRule"];
            /**
             * Format: double
             * @description Probability of a type I error, in (0, 0.5]. 0 means 0.05.
             */
            alpha: number;
            /**
             * Format: int32
             * @description Minimum number of users per variant for a verdict. At most 100,000,000. 0 means 1,000.
             */
            usersMin: number;
            /** @description Minimum duration for a verdict. Default: 168 hours. */
            durationMin?: string;
            /**
             * Format: int32
             * @description Number of the current epoch. Set by the service. The analysis is stratified by epoch.
             */
            epoch: number;
            /** @description Version of the experiment for optimistic concurrency control. Set by the service. */
            etag: string;
            /**
             * Format: date-time
             * @description Time of creation.
             */
            createTime?: string;
            /**
             * Format: date-time
             * @description Time of the last change.
             */
            updateTime?: string;
            /**
             * Format: date-time
             * @description Time of the first start. Absent before the start.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Time of completion or cancellation. Absent before the end.
             */
            endTime?: string;
        };
        /** @description Experiment compares ways of routing requests on real users. The first variant is the control. */
        ExperimentInput: {
            /** @description Identifier of the experiment, a UUID. Set by the service. */
            experimentId?: string;
            /** @description Identifier of the tenant. Empty for an experiment over all tenants. Set by the service. */
            tenantId?: string;
            /** @description Display name. 1 to 200 characters. Required. */
            displayName: string;
            /** @description Expected effect and its reason. At most 2,000 characters. Default: empty. */
            hypothesis?: string;
            /** @description Object of the experiment. Required. */
            type: components["schemas"]["ExperimentType"];
            /** @description State of the experiment. Set by the service. */
            state?: components["schemas"]["ExperimentState"];
            /** @description Variants with distinct names, the control first. 2 to 8. */
            variants: components["schemas"]["VariantInput"][];
            /**
             * Format: double
             * @description Share of users in treatment, all treatments together, in [0, 1]. Raising it never moves a treated user back to the control.
             */
            trafficPercentage?: number;
            /** @description Users that the experiment covers. Absent covers all users. */
            targeting?: components["schemas"]["TargetingInput"];
            /** @description Name of the layer. Experiments of one layer never share a user. Empty means no layer. At most 64 characters. */
            layer?: string;
            /**
             * Format: double
             * @description Start of the experiment's range of the layer, in [0, 1]. Default: 0.
             */
            layerStart?: number;
            /**
             * Format: double
             * @description End of the experiment's range of the layer, in [0, 1]. 0 means 1.
             */
            layerEnd?: number;
            /**
             * Format: double
             * @description Share of users excluded from every experiment of the layer, in [0, 1]. Default: 0.
             */
            holdout?: number;
            /** @description Fixed variants for testers, by user. They take precedence over the assignment, and their outcomes are not analysed. At most 100 entries. Must be empty for an experiment over all tenants, because users belong to one tenant. Entries that earlier versions stored for one still apply to AssignVariant, BatchAssignVariants and recommendations. Only operators of all tenants read them. */
            forcedVariants?: {
                [key: string]: string;
            };
            /** @description Metrics in addition to the positive rate. At most 20. */
            metrics?: components["schemas"]["MetricInput"][];
            /** @description Condition under which a treatment wins. Unspecified means superiority. */
            winnerRule?: components["schemas"]["WinnerRule"];
            /**
             * Format: double
             * @description Probability of a type I error, in (0, 0.5]. 0 means 0.05.
             */
            alpha?: number;
            /**
             * Format: int32
             * @description Minimum number of users per variant for a verdict. At most 100,000,000. 0 means 1,000.
             */
            usersMin?: number;
            /** @description Minimum duration for a verdict. Default: 168 hours. */
            durationMin?: string;
            /**
             * Format: int32
             * @description Number of the current epoch. Set by the service. The analysis is stratified by epoch.
             */
            epoch?: number;
            /** @description Version of the experiment for optimistic concurrency control. Set by the service. */
            etag?: string;
            /**
             * Format: date-time
             * @description Time of creation.
             */
            createTime?: string;
            /**
             * Format: date-time
             * @description Time of the last change.
             */
            updateTime?: string;
            /**
             * Format: date-time
             * @description Time of the first start. Absent before the start.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Time of completion or cancellation. Absent before the end.
             */
            endTime?: string;
        };
        /**
         * @description ExperimentState is the state of an experiment.
         *
         *     - EXPERIMENT_STATE_UNSPECIFIED: Not set. Never returned.
         *     - EXPERIMENT_STATE_DRAFT: In preparation. Assigns no users.
         *     - EXPERIMENT_STATE_RUNNING: Running. Assigns users.
         *     - EXPERIMENT_STATE_PAUSED: Paused. Assigns no users.
         *     - EXPERIMENT_STATE_COMPLETED: Ended with results.
         *     - EXPERIMENT_STATE_CANCELLED: Ended without results.
         * @enum {string}
         */
        ExperimentState: "EXPERIMENT_STATE_UNSPECIFIED" | "EXPERIMENT_STATE_DRAFT" | "EXPERIMENT_STATE_RUNNING" | "EXPERIMENT_STATE_PAUSED" | "EXPERIMENT_STATE_COMPLETED" | "EXPERIMENT_STATE_CANCELLED";
        /**
         * @description ExperimentType is the object of an experiment. Later versions may add values.
         *
         *     - EXPERIMENT_TYPE_UNSPECIFIED: Not set. Invalid in requests.
         *     - EXPERIMENT_TYPE_MODEL_ROUTING: The model that answers.
         *     - EXPERIMENT_TYPE_ORCHESTRATION: The orchestration that runs.
         *     - EXPERIMENT_TYPE_SERVICE: The service that takes part.
         *     - EXPERIMENT_TYPE_PROMPT: The prompt.
         * @enum {string}
         */
        ExperimentType: "EXPERIMENT_TYPE_UNSPECIFIED" | "EXPERIMENT_TYPE_MODEL_ROUTING" | "EXPERIMENT_TYPE_ORCHESTRATION" | "EXPERIMENT_TYPE_SERVICE" | "EXPERIMENT_TYPE_PROMPT";
        /** @description ExplainRecommendationRequest asks for an explanation of a recommendation. */
        ExplainRecommendationRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description User, task and constraints. Required. */
            context: components["schemas"]["RecommendationContext"];
        };
        /** @description ExplainRecommendationResponse contains each step from the counts to the ranking. */
        ExplainRecommendationResponse: {
            /** @description Candidates, best first. */
            models: components["schemas"]["ModelExplanation"][];
            /** @description One sentence that names the counts that determined the choice. */
            reasoning: string;
            /** @description Strategy of the choice. */
            strategy: components["schemas"]["Strategy"];
            /** @description Rule by which units of feedback were counted. */
            learningMode: components["schemas"]["LearningMode"];
            /** @description Candidates that do not meet a constraint. */
            refused: components["schemas"]["RefusedModel"][];
            /**
             * @description Version of the learned scores that the answer is based on.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
            /** @description Calls of the candidates in the task, by model and by provider. */
            reliability: components["schemas"]["ModelReliability"][];
        };
        /** @description ExplicitFeedback is the opinion that a user gave deliberately: a rating with categories and a comment. There is one per output and user; a later one replaces it. */
        ExplicitFeedback: {
            /** @description Identifier of the rated output, or another name of it, such as the response id of a provider. A name of more than 100 characters stands for its SHA-256. 1 to 1,000 characters. Required. */
            outputId: string;
            /** @description Identifier of the user who gave the rating. 1 to 200 characters. Required. As every `user_id` of a request, it is replaced by its user key: NFKC, without invisible characters and without blanks at both ends. */
            userId: string;
            /** @description Rating of the output. Required. */
            rating: components["schemas"]["Rating"];
            /** @description Aspects that the rating refers to. Empty refers to the output as a whole. At most 9 distinct values. */
            categories: components["schemas"]["FeedbackCategory"][];
            /** @description Comment of the user, in any language. A comment without a visible character is stored as empty. At most 4,000 characters. Default: empty. */
            comment: string;
            /** @description Place where the feedback was given. Required. */
            source: components["schemas"]["FeedbackSource"];
            /** @description User agent of the client. At most 512 characters. Default: empty. */
            userAgent: string;
            /**
             * Format: date-time
             * @description Time of the rating by the clock of the client. Default: the time of receipt. Of two ratings, the one with the later time is kept, regardless of the order of arrival. At most 5 minutes in the future, not before 2020.
             */
            clientTime?: string;
        };
        /** @description ExplicitFeedback is the opinion that a user gave deliberately: a rating with categories and a comment. There is one per output and user; a later one replaces it. */
        ExplicitFeedbackInput: {
            /** @description Identifier of the rated output, or another name of it, such as the response id of a provider. A name of more than 100 characters stands for its SHA-256. 1 to 1,000 characters. Required. */
            outputId: string;
            /** @description Identifier of the user who gave the rating. 1 to 200 characters. Required. As every `user_id` of a request, it is replaced by its user key: NFKC, without invisible characters and without blanks at both ends. */
            userId: string;
            /** @description Rating of the output. Required. */
            rating: components["schemas"]["Rating"];
            /** @description Aspects that the rating refers to. Empty refers to the output as a whole. At most 9 distinct values. */
            categories?: components["schemas"]["FeedbackCategory"][];
            /** @description Comment of the user, in any language. A comment without a visible character is stored as empty. At most 4,000 characters. Default: empty. */
            comment?: string;
            /** @description Place where the feedback was given. Required. */
            source: components["schemas"]["FeedbackSource"];
            /** @description User agent of the client. At most 512 characters. Default: empty. */
            userAgent?: string;
            /**
             * Format: date-time
             * @description Time of the rating by the clock of the client. Default: the time of receipt. Of two ratings, the one with the later time is kept, regardless of the order of arrival. At most 5 minutes in the future, not before 2020.
             */
            clientTime?: string;
        };
        /** @description ExportUserRequest names the user to export. */
        ExportUserRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Identifier of the user. 1 to 200 characters. Required. */
            userId: string;
        };
        /** @description ExportUserResponse is one record of a user. */
        ExportUserResponse: {
            /** @description Table that contains the record. */
            kind: string;
            /** @description Record as a JSON object. */
            recordJson: string;
        };
        /** @description Exposure states that a user saw a variant, with metrics that the client measured. */
        Exposure: {
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description Identifier of the user. 1 to 200 characters. Required. */
            userId: string;
            /** @description Name of the variant. 1 to 64 characters. Required. */
            variant: string;
            /**
             * Format: int32
             * @description Epoch of the assignment, from 1 to 1,000,000.
             */
            epoch?: number;
            /** @description Identifier of the output that the user received. Empty for an exposure without an output. At most 100 characters. */
            outputId?: string;
            /** @description Metrics measured by the client, by name. At most 20; names of 1 to 64 characters, values from -10^15 to 10^15. */
            metrics?: {
                [key: string]: number;
            };
            /**
             * Format: date-time
             * @description Time of the exposure. Default: the time of receipt. At most 5 minutes in the future, not before 2020.
             */
            exposureTime?: string;
        };
        /**
         * @description FeedbackCategory is the aspect that a rating refers to. Later versions may add values.
         *
         *     - FEEDBACK_CATEGORY_UNSPECIFIED: Not set. Invalid in requests.
         *     - FEEDBACK_CATEGORY_ACCURACY: Correctness of the output.
         *     - FEEDBACK_CATEGORY_RELEVANCE: Relevance to the question.
         *     - FEEDBACK_CATEGORY_TONE: Tone.
         *     - FEEDBACK_CATEGORY_FORMAT: Layout and format.
         *     - FEEDBACK_CATEGORY_SPEED: Speed of the response.
         *     - FEEDBACK_CATEGORY_SAFETY: Harmlessness.
         *     - FEEDBACK_CATEGORY_CREATIVITY: Originality.
         *     - FEEDBACK_CATEGORY_COMPLETENESS: Completeness.
         *     - FEEDBACK_CATEGORY_OTHER: Any other aspect.
         * @enum {string}
         */
        FeedbackCategory: "FEEDBACK_CATEGORY_UNSPECIFIED" | "FEEDBACK_CATEGORY_ACCURACY" | "FEEDBACK_CATEGORY_RELEVANCE" | "FEEDBACK_CATEGORY_TONE" | "FEEDBACK_CATEGORY_FORMAT" | "FEEDBACK_CATEGORY_SPEED" | "FEEDBACK_CATEGORY_SAFETY" | "FEEDBACK_CATEGORY_CREATIVITY" | "FEEDBACK_CATEGORY_COMPLETENESS" | "FEEDBACK_CATEGORY_OTHER";
        /** @description FeedbackCounts contains counts of current feedback by kind. */
        FeedbackCounts: {
            /**
             * @description Number of positive ratings.
             *
             *     A 64-bit integer as a string.
             */
            positive: string;
            /**
             * @description Number of neutral ratings.
             *
             *     A 64-bit integer as a string.
             */
            neutral: string;
            /**
             * @description Number of negative ratings.
             *
             *     A 64-bit integer as a string.
             */
            negative: string;
            /**
             * @description Number of written comments.
             *
             *     A 64-bit integer as a string.
             */
            comments: string;
            /**
             * @description Number of implicit signals, every occurrence counted.
             *
             *     A 64-bit integer as a string.
             */
            signals: string;
            /**
             * @description Number of voice comments.
             *
             *     A 64-bit integer as a string.
             */
            voice: string;
            /**
             * @description Number of users with feedback of any kind.
             *
             *     A 64-bit integer as a string.
             */
            users: string;
        };
        /**
         * @description FeedbackKind is a kind of feedback.
         *
         *     - FEEDBACK_KIND_UNSPECIFIED: Not set. Invalid in requests.
         *     - FEEDBACK_KIND_EXPLICIT: Explicit feedback: ratings, categories and comments.
         *     - FEEDBACK_KIND_IMPLICIT: Implicit signals.
         *     - FEEDBACK_KIND_VOICE: Voice comments.
         * @enum {string}
         */
        FeedbackKind: "FEEDBACK_KIND_UNSPECIFIED" | "FEEDBACK_KIND_EXPLICIT" | "FEEDBACK_KIND_IMPLICIT" | "FEEDBACK_KIND_VOICE";
        /**
         * @description FeedbackSource is the place where feedback was given. Later versions may add values.
         *
         *     - FEEDBACK_SOURCE_UNSPECIFIED: Not set. Invalid in requests.
         *     - FEEDBACK_SOURCE_THINKTANK: The chat product.
         *     - FEEDBACK_SOURCE_API: A program.
         *     - FEEDBACK_SOURCE_ADMIN: The console.
         * @enum {string}
         */
        FeedbackSource: "FEEDBACK_SOURCE_UNSPECIFIED" | "FEEDBACK_SOURCE_THINKTANK" | "FEEDBACK_SOURCE_API" | "FEEDBACK_SOURCE_ADMIN";
        /** @description FieldProblem describes one invalid field. */
        FieldProblem: {
            /** @description Path of the field, such as signals[3].output_id. */
            field: string;
            /** @description Rule that the field violates. */
            description: string;
        };
        /** @description ForgetUserRequest names the user to erase. */
        ForgetUserRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Identifier of the user, in any spelling with the same user key. The erasure includes rows that earlier versions stored under another spelling. 1 to 200 characters. Required. */
            userId: string;
        };
        /** @description ForgetUserResponse confirms that the data of this service is erased. */
        ForgetUserResponse: {
            /**
             * @description Number of rows erased by this service.
             *
             *     A 64-bit integer as a string.
             */
            rowsErased: string;
            /** @description Identifier of the erasure in ListErasures. */
            erasureId: string;
        };
        /** @description GetConversationSummaryRequest names one conversation. */
        GetConversationSummaryRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Identifier of the conversation. 1 to 200 characters. Required. */
            conversationId: string;
            /**
             * Format: int32
             * @description Maximum number of outputs per page. 0 selects the default of 50. Values above 200 are reduced to 200.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
            pageToken?: string;
        };
        /** @description GetConversationSummaryResponse is a summary of the feedback on a conversation. */
        GetConversationSummaryResponse: {
            /** @description Outputs of this page, oldest first. */
            outputs: components["schemas"]["OutputSummary"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
            /**
             * @description Number of outputs of the conversation, on all pages.
             *
             *     A 64-bit integer as a string.
             */
            outputCount: string;
            /** @description Counts of the feedback on the whole conversation. */
            counts?: components["schemas"]["FeedbackCounts"];
            /**
             * Format: double
             * @description Mean weighted score over all pairs of output and user with feedback, in [-1, 1]. Absent without feedback.
             */
            meanScore?: number;
        };
        /** @description GetExperimentRequest names one experiment. */
        GetExperimentRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
        };
        /** @description GetExperimentResponse contains one experiment. */
        GetExperimentResponse: {
            /** @description Current state of the experiment. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description GetFeedbackStatsRequest names one output. */
        GetFeedbackStatsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Identifier of the output. 1 to 1,000 characters. Required. */
            outputId: string;
        };
        /** @description GetFeedbackStatsResponse contains counts of the feedback on one output. */
        GetFeedbackStatsResponse: {
            /** @description Identifier of the output. */
            outputId: string;
            /** @description Whether the output has a manifest. */
            manifestKnown: boolean;
            /** @description Counts of the feedback of all users. */
            counts?: components["schemas"]["FeedbackCounts"];
            /** @description Counts of explicit feedback by category. */
            categories: components["schemas"]["CategoryCount"][];
            /** @description Counts of implicit signals by type. */
            signals: components["schemas"]["SignalCount"][];
            /**
             * Format: double
             * @description Mean weighted score over the users with feedback, in [-1, 1], computed with a trust weight of 1. Absent without feedback.
             */
            meanScore?: number;
        };
        /** @description GetLearningStatusRequest selects the tenant. */
        GetLearningStatusRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
        };
        /** @description GetLearningStatusResponse is the progress of the learning. */
        GetLearningStatusResponse: {
            /**
             * @description Number of units that are waiting to be learned.
             *
             *     A 64-bit integer as a string.
             */
            pendingUnits: string;
            /**
             * Format: double
             * @description Age of the oldest waiting unit in milliseconds. 0 when no unit is waiting.
             */
            lagMs: number;
            /**
             * @description Number of units that the scores are based on.
             *
             *     A 64-bit integer as a string.
             */
            learnedUnits: string;
            /**
             * @description Current version of the learned scores.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
            /** @description Rule by which units of feedback are counted. */
            learningMode: components["schemas"]["LearningMode"];
            /** @description Latest nightly run. Absent before the first run. */
            lastRun?: components["schemas"]["BatchRun"];
            /** @description Whether the cache is reachable. Without it, answers are read from the database. */
            cacheAvailable: boolean;
            /**
             * Format: double
             * @description Half-life of the weight of a unit, in days.
             */
            halfLifeDays: number;
        };
        /** @description GetOutputRequest names one output. */
        GetOutputRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Identifier of the output. 1 to 1,000 characters. Required. */
            outputId: string;
        };
        /** @description GetOutputResponse is one output with its current feedback. */
        GetOutputResponse: {
            /** @description Manifest of the output. Absent when it has not been recorded. `input_prompt_sample` is never stored and therefore empty. */
            manifest?: components["schemas"]["ExecutionManifest"];
            /** @description Explicit feedback, newest first. At most 500. */
            feedback: components["schemas"]["ExplicitFeedback"][];
            /** @description Implicit signals, newest first. At most 500. */
            signals: components["schemas"]["ImplicitSignal"][];
            /** @description Identifiers of voice feedback, newest first. At most 100. Pass them to VoiceService.GetVoiceFeedback. */
            voiceIds: string[];
            /** @description Counts of the feedback of all users. */
            counts?: components["schemas"]["FeedbackCounts"];
            /**
             * Format: double
             * @description Mean weighted score over the users with feedback, in [-1, 1]. Absent without feedback.
             */
            meanScore?: number;
            /** @description Scores of evaluations that are no votes, newest first. At most 500. */
            evaluationScores: components["schemas"]["EvaluationScore"][];
        };
        /** @description GetRecommendationRequest asks for one recommendation. */
        GetRecommendationRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description User, task and constraints. Required. */
            context: components["schemas"]["RecommendationContext"];
        };
        /** @description GetRecommendationResponse contains one recommendation. */
        GetRecommendationResponse: {
            /** @description Recommendation for the context. */
            recommendation?: components["schemas"]["Recommendation"];
        };
        /** @description GetResultsRequest names the experiment to analyse. */
        GetResultsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description Whether to include earlier interim results. Default: false. */
            withHistory?: boolean;
        };
        /** @description GetResultsResponse contains the analysis of an experiment. */
        GetResultsResponse: {
            /** @description Current analysis. */
            results?: components["schemas"]["Results"];
            /** @description Earlier interim results, oldest first, if requested. Interim results are stored every hour while the experiment runs, at most every 10 minutes when results are requested, and at completion. After 14 days, one per 6 hours is kept; after 90 days, one per day. The answer contains at most the latest 2,000; if they exceed 3 MB, it contains an evenly spaced selection. */
            history: components["schemas"]["ResultLook"][];
        };
        /** @description GetRolloutRequest names the experiment of a rollout. */
        GetRolloutRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
        };
        /** @description GetRolloutResponse contains the rollout of an experiment. */
        GetRolloutResponse: {
            /** @description State of the rollout. */
            rollout?: components["schemas"]["Rollout"];
        };
        /** @description GetTenantFeedbackStatsRequest selects the outputs of a tenant by time. */
        GetTenantFeedbackStatsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: date-time
             * @description Earliest time of an output, inclusive. Default: 30 days before `end_time`. At most 400 days before `end_time`.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Latest time of an output, exclusive. Default: now.
             */
            endTime?: string;
        };
        /** @description GetTenantFeedbackStatsResponse contains counts of the outputs of a tenant and the feedback on them. */
        GetTenantFeedbackStatsResponse: {
            /**
             * Format: date-time
             * @description Earliest time of a counted output, inclusive.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Latest time of a counted output, exclusive.
             */
            endTime?: string;
            /** @description Totals over all days. Its `day` is empty. */
            total?: components["schemas"]["DayStats"];
            /** @description Counts by day in UTC, oldest first. Days without outputs are left out. */
            days: components["schemas"]["DayStats"][];
            /** @description Counts by model, most outputs first. At most 100 models. An output of several models is counted for each of them. */
            models: components["schemas"]["ModelStats"][];
            /** @description Counts of explicit feedback by category. */
            categories: components["schemas"]["CategoryCount"][];
            /** @description Counts of implicit signals by type. */
            signals: components["schemas"]["SignalCount"][];
        };
        /** @description GetTenantSettingsRequest selects the tenant. */
        GetTenantSettingsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
        };
        /** @description GetTenantSettingsResponse contains the settings of a tenant. */
        GetTenantSettingsResponse: {
            /** @description Learning settings of the tenant. */
            settings?: components["schemas"]["TenantSettings"];
            /** @description Spending of the current day, with or without a budget. */
            budget?: components["schemas"]["BudgetState"];
        };
        /** @description GetVoiceAudioRequest names one recording. */
        GetVoiceAudioRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Identifier of the voice feedback, a UUID. Required.
             */
            voiceId: string;
        };
        /** @description GetVoiceAudioResponse is one part of a recording. */
        GetVoiceAudioResponse: {
            /** @description Format of the file, such as webm or mp3. Set in the first part only. */
            audioFormat: string;
            /**
             * @description Size of the whole file in bytes. Set in the first part only.
             *
             *     A 64-bit integer as a string.
             */
            audioBytes: string;
            /** @description Next bytes of the file. At most 256 KiB. */
            chunk: string;
        };
        /** @description GetVoiceFeedbackRequest names one voice comment. */
        GetVoiceFeedbackRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Identifier of the voice feedback, a UUID. Required.
             */
            voiceId: string;
        };
        /** @description GetVoiceFeedbackResponse contains one voice comment. */
        GetVoiceFeedbackResponse: {
            /** @description Voice comment with its transcript. */
            feedback?: components["schemas"]["VoiceVoiceFeedback"];
        };
        /** @description GetVoiceQueueRequest selects the tenant. */
        GetVoiceQueueRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. For an operator who acts for all tenants, empty selects all tenants. At most 100 characters. */
            tenantId?: string;
        };
        /** @description GetVoiceQueueResponse describes the queue of transcriptions. */
        GetVoiceQueueResponse: {
            /** @description Number of voice comments by status. Statuses without voice comments are left out. Pending and processing comments are counted without a limit of time. Other statuses are counted for one tenant only, over the last 30 days. */
            depths: components["schemas"]["VoiceDepth"][];
            /**
             * Format: date-time
             * @description Time of submission of the oldest voice comment that is pending or processing. Absent when none is.
             */
            oldestWaitingTime?: string;
            /** @description Age of the oldest voice comment that is pending or processing. Absent when none is. */
            oldestWaitingAge?: string;
        };
        /** @description GetWidgetConfigRequest names the user and the output of a feedback widget. */
        GetWidgetConfigRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Identifier of the user who sees the widget. Empty when unknown. At most 200 characters. */
            userId?: string;
            /** @description Identifier of the output beside the widget. Empty when unknown. At most 100 characters. */
            outputId?: string;
        };
        /** @description GetWidgetConfigResponse is the configuration of a feedback widget. */
        GetWidgetConfigResponse: {
            /** @description Whether to show thumbs. */
            thumbsEnabled: boolean;
            /** @description Whether to offer a written comment. */
            commentsEnabled: boolean;
            /** @description Whether to offer a voice comment. */
            voiceEnabled: boolean;
            /** @description Categories to offer, in order. */
            categories: components["schemas"]["FeedbackCategory"][];
            /** @description Types of implicit signals to observe. */
            signals: components["schemas"]["SignalType"][];
            /**
             * Format: int32
             * @description Maximum length of a comment, in characters.
             */
            commentCharactersMax: number;
            /**
             * Format: int32
             * @description Maximum number of signals per batch.
             */
            batchItemsMax: number;
            /**
             * Format: int32
             * @description Interval between batches of signals, in milliseconds.
             */
            flushIntervalMs: number;
            /** @description Current rating of the user on the output. Unspecified without a rating. */
            currentRating: components["schemas"]["Rating"];
            /** @description Whether to prompt the user for an opinion on the output. Repeated requests for the same user and output return the same value, so that reloading a page causes no additional prompt. */
            ask: boolean;
            /** @description Reason of the value of `ask`. */
            askReason: components["schemas"]["AskReason"];
            /**
             * Format: double
             * @description Probability that a user in this situation is prompted, in [0, 1]. Analyses use it to correct for selection.
             */
            askProbability: number;
        };
        /** @description IgnoredOutputs counts outputs that are not analysed, because the assignment does not give their users the variant that the manifest or the exposure names. */
        IgnoredOutputs: {
            /** @description Reason: no_user (the output has no user), not_running (the experiment did not run at the time of the output), not_covered (the experiment does not cover the tenant, task or domain), other_variant (the user is assigned to another variant or to none) or contaminated (the user has another output of the epoch with the reason other_variant). */
            reason: string;
            /**
             * @description Number of outputs.
             *
             *     A 64-bit integer as a string.
             */
            outputs: string;
            /**
             * @description Number of users.
             *
             *     A 64-bit integer as a string.
             */
            users: string;
        };
        /** @description ImplicitSignal is one observed action of a user on an output. Every occurrence is stored. For learning, each signal type counts once per output and user. */
        ImplicitSignal: {
            /**
             * Format: uuid
             * @description Identifier of the occurrence, a UUID. Identifies the occurrence when it is sent again in another batch. Default: derived from the identifier of the request and the position in it.
             */
            signalId: string;
            /** @description Identifier of the output. 1 to 1,000 characters. Required. */
            outputId: string;
            /** @description Identifier of the user. 1 to 200 characters. Required. */
            userId: string;
            /** @description Type of the action. Required. */
            signalType: components["schemas"]["SignalType"];
            /** @description Details in a format that the client defines, such as a scroll depth. At most 8 KiB as JSON, with numbers from -10^19 to 10^19. Default: absent. */
            signalValue?: JsonObject;
            /**
             * Format: date-time
             * @description Time of the action by the clock of the client. Default: the time of receipt. At most 5 minutes in the future, not before 2020. Send it together with `signal_id`: a repeated occurrence is identified by both.
             */
            clientTime?: string;
        };
        /** @description ImplicitSignal is one observed action of a user on an output. Every occurrence is stored. For learning, each signal type counts once per output and user. */
        ImplicitSignalInput: {
            /**
             * Format: uuid
             * @description Identifier of the occurrence, a UUID. Identifies the occurrence when it is sent again in another batch. Default: derived from the identifier of the request and the position in it.
             */
            signalId?: string;
            /** @description Identifier of the output. 1 to 1,000 characters. Required. */
            outputId: string;
            /** @description Identifier of the user. 1 to 200 characters. Required. */
            userId: string;
            /** @description Type of the action. Required. */
            signalType: components["schemas"]["SignalType"];
            /** @description Details in a format that the client defines, such as a scroll depth. At most 8 KiB as JSON, with numbers from -10^19 to 10^19. Default: absent. */
            signalValue?: JsonObject;
            /**
             * Format: date-time
             * @description Time of the action by the clock of the client. Default: the time of receipt. At most 5 minutes in the future, not before 2020. Send it together with `signal_id`: a repeated occurrence is identified by both.
             */
            clientTime?: string;
        };
        /** @description VoiceFeedback describes a voice comment. Its audio follows in chunks. */
        IngestVoiceFeedback: {
            /** @description Identifier of the output that the comment refers to. 1 to 1,000 characters. Required. */
            outputId: string;
            /** @description Identifier of the speaker. 1 to 200 characters. Required. */
            userId: string;
            /** @description Place where the feedback was given. Required. */
            source: components["schemas"]["FeedbackSource"];
            /**
             * Format: date-time
             * @description Time of the comment by the clock of the client. Default: the time of receipt.
             */
            clientTime?: string;
        };
        /**
         * @description ItemOutcome is the outcome for one item. After every outcome but rejected, a repeat is not needed: the item is durable or superseded.
         *
         *     - ITEM_OUTCOME_UNSPECIFIED: Not set. Never returned.
         *     - ITEM_OUTCOME_ACCEPTED: The item was stored.
         *     - ITEM_OUTCOME_DUPLICATE: The item had been stored before. No change.
         *     - ITEM_OUTCOME_REPLACED: The item was stored and replaced an earlier rating of the user on the output.
         *     - ITEM_OUTCOME_SUPERSEDED: The item was not stored because a later rating of the user on the output exists.
         *     - ITEM_OUTCOME_REJECTED: The item was rejected because of its content. A repeat is rejected again; the error names the field.
         * @enum {string}
         */
        ItemOutcome: "ITEM_OUTCOME_UNSPECIFIED" | "ITEM_OUTCOME_ACCEPTED" | "ITEM_OUTCOME_DUPLICATE" | "ITEM_OUTCOME_REPLACED" | "ITEM_OUTCOME_SUPERSEDED" | "ITEM_OUTCOME_REJECTED";
        /** @description ItemResult is the result of one item of a batch. */
        ItemResult: {
            /**
             * Format: int32
             * @description Position of the item in the request, starting at 0.
             */
            index: number;
            /** @description Outcome for the item. */
            outcome: components["schemas"]["ItemOutcome"];
            /** @description Error of a rejected item, with the path of the field. Empty for other outcomes. */
            errorMessage: string;
            /** @description Machine-readable reason of a rejection, in UPPER_SNAKE_CASE. Empty for other outcomes. */
            errorReason: string;
        };
        /** @description LearnOutputRequest names the output to learn. */
        LearnOutputRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Identifier of the output. 1 to 100 characters. Required. */
            outputId: string;
        };
        /** @description LearnOutputResponse contains the contribution of the feedback on one output. */
        LearnOutputResponse: {
            /** @description Contributions, one per user with feedback. */
            units: components["schemas"]["UnitContribution"][];
            /** @description Whether the output has a manifest. Feedback without a manifest is learned when the manifest arrives. */
            manifestKnown: boolean;
            /** @description Rule by which units of feedback are counted. */
            learningMode: components["schemas"]["LearningMode"];
        };
        /**
         * @description LearningMode is the rule by which a unit of feedback is counted. A unit is the feedback of one user on one output.
         *
         *     - LEARNING_MODE_UNSPECIFIED: Not set.
         *     - LEARNING_MODE_RUNNING_MEAN: Each unit counts 1.
         *     - LEARNING_MODE_EVIDENCE_WEIGHTED: Each unit counts its evidence, in [0.1, 1], so that feedback with a low trust weight counts less.
         * @enum {string}
         */
        LearningMode: "LEARNING_MODE_UNSPECIFIED" | "LEARNING_MODE_RUNNING_MEAN" | "LEARNING_MODE_EVIDENCE_WEIGHTED";
        /** @description ListAuditEntriesRequest selects the entries that match every filter that is set. */
        ListAuditEntriesRequest: {
            /** @description Tenant of the log. Default: the tenant of the caller; another tenant is refused. For an operator who acts for all tenants, empty selects the log of the operators. At most 100 characters. */
            tenantId?: string;
            /** @description Subject of the token of the caller who made the change, as an exact match. Empty matches all. At most 200 characters. */
            actor?: string;
            /** @description Name of the action, such as experiment.start, as an exact match. Empty matches all. At most 100 characters. */
            action?: string;
            /** @description Identifier of the changed object, as an exact match. Empty matches all. At most 200 characters. */
            target?: string;
            /**
             * Format: date-time
             * @description Earliest time of an entry, inclusive. Default: no limit.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Latest time of an entry, exclusive. Default: no limit.
             */
            endTime?: string;
            /**
             * Format: int32
             * @description Maximum number of entries per page. 0 selects the default of 50. Values above 500 are reduced to 500.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
            pageToken?: string;
        };
        /** @description ListAuditEntriesResponse is one page of entries. */
        ListAuditEntriesResponse: {
            /** @description Entries, newest first. */
            entries: components["schemas"]["AuditEntry"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
        };
        /** @description ListBatchRunsRequest selects a page of nightly runs. */
        ListBatchRunsRequest: {
            /**
             * Format: int32
             * @description Maximum number of runs per page. 0 selects the default of 50. Values above 100 are reduced to 100.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
            pageToken?: string;
        };
        /** @description ListBatchRunsResponse is one page of nightly runs. */
        ListBatchRunsResponse: {
            /** @description Runs, newest first. */
            runs: components["schemas"]["BatchRunRecord"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
        };
        /** @description ListErasuresRequest selects the erasures of a tenant. */
        ListErasuresRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: int32
             * @description Maximum number of erasures per page. 0 selects the default of 50. Values above 200 are reduced to 200.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
            pageToken?: string;
        };
        /** @description ListErasuresResponse is one page of erasures. */
        ListErasuresResponse: {
            /** @description Erasures, newest first. */
            erasures: components["schemas"]["Erasure"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
        };
        /** @description ListEvaluatorsRequest names the tenant. */
        ListEvaluatorsRequest: {
            /** @description Tenant of the evaluators. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
        };
        /** @description ListEvaluatorsResponse contains the evaluators of a tenant. */
        ListEvaluatorsResponse: {
            /** @description Evaluators, by name. */
            evaluators: components["schemas"]["Evaluator"][];
        };
        /** @description ListExperimentsRequest selects experiments. */
        ListExperimentsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description State of the experiments. Unspecified matches all. */
            state?: components["schemas"]["ExperimentState"];
            /**
             * Format: int32
             * @description Maximum number of experiments per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
            pageToken?: string;
        };
        /** @description ListExperimentsResponse is one page of experiments. */
        ListExperimentsResponse: {
            /** @description Experiments of the tenant and experiments over all tenants that the caller can read, newest first. */
            experiments: components["schemas"]["Experiment"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
        };
        /** @description ListModelAliasesRequest selects a page of aliases. */
        ListModelAliasesRequest: {
            /** @description Tenant of the aliases. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: int32
             * @description Maximum number of aliases per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,000 characters. */
            pageToken?: string;
        };
        /** @description ListModelAliasesResponse contains a page of aliases. */
        ListModelAliasesResponse: {
            /** @description Aliases, by alias. */
            aliases: components["schemas"]["ModelAlias"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
        };
        /** @description ListModelScoresRequest selects learned scores. */
        ListModelScoresRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Scope of the scores. Required. */
            scope: components["schemas"]["Scope"];
            /** @description Identifier of the user. Required at user scope; must be empty at other scopes. At most 200 characters. */
            userId?: string;
            /** @description Identifier of the model. Empty matches all. At most 200 characters. */
            model?: string;
            /** @description Task, as in `ExecutionManifest.task_type`. Empty matches all. At most 64 characters. */
            taskType?: string;
            /** @description Domain, as in `ExecutionManifest.domain_mode`. Empty matches all. At most 64 characters. */
            domainMode?: string;
            /** @description Whether to include the roll-ups over tasks and domains. Default: false. */
            includeRollups?: boolean;
            /**
             * Format: int32
             * @description Maximum number of scores per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
            pageToken?: string;
        };
        /** @description ListModelScoresResponse is one page of learned scores. */
        ListModelScoresResponse: {
            /** @description Scores, ordered by task, domain and model. */
            scores: components["schemas"]["ModelScore"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
            /** @description Rule by which units of feedback were counted. */
            learningMode: components["schemas"]["LearningMode"];
            /**
             * @description Version of the learned scores that the answer is based on.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
            /** @description Calls by model, by model and task, and by model and provider, at tenant scope on the first page. The filters on model and task apply. At most 1,000. */
            reliability: components["schemas"]["ModelReliability"][];
        };
        /** @description ListOutputsRequest selects the outputs that match every filter that is set. */
        ListOutputsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: date-time
             * @description Earliest time of an output, inclusive. Default: no limit.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Latest time of an output, exclusive. Default: no limit.
             */
            endTime?: string;
            /** @description Identifier of a model that produced the output. Empty matches all. At most 200 characters. */
            model?: string;
            /** @description Task of the output. Empty matches all. At most 64 characters. */
            taskType?: string;
            /** @description Domain of the output. Empty matches all. At most 64 characters. */
            domainMode?: string;
            /** @description Identifier of the user who received the output. Empty matches all. At most 200 characters. */
            userId?: string;
            /** @description Identifier of the conversation of the output. Empty matches all. At most 200 characters. */
            conversationId?: string;
            /** @description Only outputs with a current rating of this value. Unspecified matches all. */
            rating?: components["schemas"]["Rating"];
            /** @description Only outputs with a current rating that names this category. Unspecified matches all. */
            category?: components["schemas"]["FeedbackCategory"];
            /** @description Only outputs with a current signal of this type. Unspecified matches all. */
            signalType?: components["schemas"]["SignalType"];
            /** @description Only outputs with current feedback of any kind. Default: false. */
            withFeedback?: boolean;
            /** @description Only outputs with a current written comment. Default: false. */
            withComment?: boolean;
            /** @description Only outputs with a current voice comment. Default: false. */
            withVoice?: boolean;
            /**
             * Format: int32
             * @description Maximum number of outputs per page. 0 selects the default of 50. Values above 200 are reduced to 200.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
            pageToken?: string;
        };
        /** @description ListOutputsResponse is one page of outputs. */
        ListOutputsResponse: {
            /** @description Outputs, newest first. */
            outputs: components["schemas"]["OutputEntry"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
        };
        /** @description ListTrustScoresRequest selects trust scores. */
        ListTrustScoresRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Only outliers. Default: false. */
            outliersOnly?: boolean;
            /**
             * Format: int32
             * @description Maximum number of scores per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
            pageToken?: string;
        };
        /** @description ListTrustScoresResponse is one page of trust scores. */
        ListTrustScoresResponse: {
            /** @description Scores, lowest trust first. */
            scores: components["schemas"]["TrustScore"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
        };
        /** @description ListUnmatchedFeedbackRequest selects a page. */
        ListUnmatchedFeedbackRequest: {
            /** @description Tenant of the feedback. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: int32
             * @description Maximum number of outputs per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,000 characters. */
            pageToken?: string;
        };
        /** @description ListUnmatchedFeedbackResponse contains a page of outputs without a manifest. */
        ListUnmatchedFeedbackResponse: {
            /** @description Outputs with feedback and without a manifest, oldest first. */
            outputs: components["schemas"]["UnmatchedFeedback"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
            /**
             * @description Number of outputs of the tenant with feedback and without a manifest, counted up to 1,000,000.
             *
             *     A 64-bit integer as a string.
             */
            totalOutputs: string;
        };
        /** @description ListVoiceFeedbackRequest selects the voice feedback that matches every filter that is set. */
        ListVoiceFeedbackRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description State of the transcription. Unspecified matches all. */
            status?: components["schemas"]["VoiceStatus"];
            /** @description Identifier of the output. Empty matches all. At most 100 characters. */
            outputId?: string;
            /** @description Identifier of the speaker. Empty matches all. At most 200 characters. */
            userId?: string;
            /**
             * Format: int32
             * @description Maximum number of voice comments per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000.
             */
            pageSize?: number;
            /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
            pageToken?: string;
        };
        /** @description ListVoiceFeedbackResponse is one page of voice feedback. */
        ListVoiceFeedbackResponse: {
            /** @description Voice feedback, newest first. */
            feedback: components["schemas"]["VoiceVoiceFeedback"][];
            /** @description Token of the next page. Empty on the last page. */
            nextPageToken: string;
        };
        /** @description LookedComparison is the comparison of one treatment with the control by one metric in an interim result. */
        LookedComparison: {
            /** @description Name of the metric. */
            metric: string;
            /** @description Name of the treatment. */
            variant: string;
            /**
             * Format: double
             * @description Mean of the treatment minus mean of the control. Absent when a group has no users with an outcome.
             */
            difference?: number;
            /**
             * Format: double
             * @description Lower bound of the confidence sequence. Absent when it is unknown.
             */
            sequenceLower?: number;
            /**
             * Format: double
             * @description Upper bound of the confidence sequence. Absent when it is unknown.
             */
            sequenceUpper?: number;
            /**
             * @description Number of users with an exposure to the control, over all epochs.
             *
             *     A 64-bit integer as a string.
             */
            controlUsers: string;
            /**
             * @description Number of users with an exposure to the treatment, over all epochs.
             *
             *     A 64-bit integer as a string.
             */
            treatmentUsers: string;
        };
        /** @description ManifestStep is one model call within an orchestration. */
        ManifestStep: {
            /** @description Identifier of the model. 1 to 200 characters. Required. */
            model: string;
            /**
             * Format: double
             * @description Duration of the step in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
             */
            latencyMs?: number;
            /**
             * Format: int32
             * @description Number of tokens read by the step, from 0 to 1,000,000,000. Absent when unknown.
             */
            inputTokens?: number;
            /**
             * Format: int32
             * @description Number of tokens written by the step, from 0 to 1,000,000,000. Absent when unknown.
             */
            outputTokens?: number;
            /**
             * Format: double
             * @description Cost of the step in US dollars, from 0 to 1,000,000. Absent when unknown.
             */
            cost?: number;
        };
        /** @description ManifestStep is one model call within an orchestration. */
        ManifestStepInput: {
            /** @description Identifier of the model. 1 to 200 characters. Required. */
            model: string;
            /**
             * Format: double
             * @description Duration of the step in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
             */
            latencyMs?: number;
            /**
             * Format: int32
             * @description Number of tokens read by the step, from 0 to 1,000,000,000. Absent when unknown.
             */
            inputTokens?: number;
            /**
             * Format: int32
             * @description Number of tokens written by the step, from 0 to 1,000,000,000. Absent when unknown.
             */
            outputTokens?: number;
            /**
             * Format: double
             * @description Cost of the step in US dollars, from 0 to 1,000,000. Absent when unknown.
             */
            cost?: number;
        };
        /** @description MatchFeedbackRequest states the output that feedback belongs to. */
        MatchFeedbackRequest: {
            /** @description Tenant of the feedback. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Output id that the feedback states. A recorded output is refused with FAILED_PRECONDITION (OUTPUT_RECORDED). 1 to 1,000 characters. Required. */
            feedbackOutputId: string;
            /** @description Recorded output that the feedback belongs to. An unknown one is refused with NOT_FOUND (OUTPUT_UNKNOWN). 1 to 100 characters. Required. */
            outputId: string;
        };
        /** @description MatchFeedbackResponse confirms that the match is stored. */
        MatchFeedbackResponse: Record<string, never>;
        /** @description MeasuredOutputs counts the answered outputs of a variant in one epoch, and those with a known value of a metric; or all calls that were not cancelled, and those that answered. */
        MeasuredOutputs: {
            /** @description Name of the metric: cost, latency_ms or answered. */
            metric: string;
            /** @description Name of the variant. */
            variant: string;
            /**
             * Format: int32
             * @description Epoch.
             */
            epoch: number;
            /**
             * @description Number of outputs with a manifest whose call answered. For answered, of those whose call was not cancelled.
             *
             *     A 64-bit integer as a string.
             */
            outputs: string;
            /**
             * @description Number of these outputs with a known value. For answered, of those whose call answered.
             *
             *     A 64-bit integer as a string.
             */
            measured: string;
        };
        /** @description Metric is a quantity that an experiment measures. */
        Metric: {
            /** @description Name: positive_rate, mean_score, cost, latency_ms or a name that clients send in `Exposure.metrics`. 1 to 64 characters. Required. */
            name: string;
            /** @description Direction in which the metric improves. Required. */
            direction: components["schemas"]["MetricDirection"];
            /** @description Whether the metric is a guardrail, which a treatment must not worsen. Default: false. */
            guardrail: boolean;
            /**
             * Format: double
             * @description Relative loss that counts as no loss, in [0, 1]. Default: 0.
             */
            margin: number;
        };
        /**
         * @description MetricDirection is the direction in which a metric improves.
         *
         *     - METRIC_DIRECTION_UNSPECIFIED: Not set. Invalid in requests.
         *     - METRIC_DIRECTION_UP: Larger values are better.
         *     - METRIC_DIRECTION_DOWN: Smaller values are better.
         * @enum {string}
         */
        MetricDirection: "METRIC_DIRECTION_UNSPECIFIED" | "METRIC_DIRECTION_UP" | "METRIC_DIRECTION_DOWN";
        /** @description Metric is a quantity that an experiment measures. */
        MetricInput: {
            /** @description Name: positive_rate, mean_score, cost, latency_ms or a name that clients send in `Exposure.metrics`. 1 to 64 characters. Required. */
            name: string;
            /** @description Direction in which the metric improves. Required. */
            direction: components["schemas"]["MetricDirection"];
            /** @description Whether the metric is a guardrail, which a treatment must not worsen. Default: false. */
            guardrail?: boolean;
            /**
             * Format: double
             * @description Relative loss that counts as no loss, in [0, 1]. Default: 0.
             */
            margin?: number;
        };
        /** @description MixedScore is the combined score of one model with its parts. */
        MixedScore: {
            /** @description Identifier of the model. */
            model: string;
            /**
             * Format: double
             * @description Combined score, in [0, 1].
             */
            finalScore: number;
            /**
             * Format: double
             * @description Score of the Brain, in [0, 1].
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
             * @description Confidence at `scope`, in [0, 1].
             */
            confidence: number;
            /** @description Narrowest scope whose confidence reaches the threshold. */
            scope: components["schemas"]["Scope"];
            /** @description Whether the model meets the constraints. Models that do not are ranked last. */
            eligible: boolean;
        };
        /** @description ModelAlias is another name of a model. */
        ModelAlias: {
            /** @description Name that programs use. */
            alias: string;
            /** @description Model that is credited. If an automatic alias had several models, such as that of a router, the model of the latest output. */
            model: string;
            /** @description Version of the model; empty if the alias states none. */
            version: string;
            /** @description Where the alias comes from. */
            source: components["schemas"]["AliasSource"];
            /**
             * Format: date-time
             * @description Time at which the alias was stored.
             */
            createTime?: string;
            /**
             * Format: date-time
             * @description Time of the latest output that used an automatic alias, to within one minute; time of the last change of a manual alias.
             */
            updateTime?: string;
        };
        /** @description ModelExplanation explains the rank of one candidate. */
        ModelExplanation: {
            /** @description Estimate and propensity of the candidate. */
            ranked?: components["schemas"]["RankedModel"];
            /** @description Levels of the hierarchy, from global to user. The estimate of each level is shrunk towards the estimate of the previous level. */
            levels: components["schemas"]["ScopeEvidence"][];
        };
        /** @description ModelProfile contains the properties of a model as known to the Brain. */
        ModelProfile: {
            /** @description Identifier of the model. 1 to 200 characters. Required. */
            model: string;
            /** @description Capabilities of the model. At most 32 distinct names. */
            capabilities?: string[];
            /**
             * Format: double
             * @description Expected cost of a request in US dollars, from 0 to 1,000,000. Absent when unknown. An unknown cost passes every limit. For the weight of cost, an unknown cost is estimated: under a daily budget by the mean known cost of the model's outputs over the last 7 days, or else of all outputs; without one by the highest known cost of the candidates.
             */
            cost?: number;
            /**
             * Format: double
             * @description Expected latency in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown. An unknown latency passes every limit.
             */
            latencyMs?: number;
            /** @description Whether the provider of the model is unhealthy. An unhealthy model is not chosen. Default: false. */
            unhealthy?: boolean;
        };
        /** @description ModelReliability counts the calls of a model within the window of the error rates, one hour by default. Only outputs of one model count. */
        ModelReliability: {
            /** @description Identifier of the model. */
            model: string;
            /** @description Task. Empty for all tasks. */
            taskType: string;
            /** @description Provider that the manifests name. Empty for all providers. */
            provider: string;
            /**
             * @description Number of calls that answered, failed or timed out.
             *
             *     A 64-bit integer as a string.
             */
            callCount: string;
            /**
             * @description Number of calls that failed.
             *
             *     A 64-bit integer as a string.
             */
            errorCount: string;
            /**
             * @description Number of calls that timed out.
             *
             *     A 64-bit integer as a string.
             */
            timeoutCount: string;
            /**
             * @description Number of calls that their callers cancelled. They are not part of `call_count`.
             *
             *     A 64-bit integer as a string.
             */
            cancelledCount: string;
            /**
             * Format: double
             * @description Share of calls that failed or timed out, in [0, 1]. Absent without calls.
             */
            errorRate?: number;
            /**
             * Format: double
             * @description Lower bound of the error rate, one-sided with a confidence of 95 %. A model is excluded from recommendations while this bound exceeds the maximum (`RADIANT_ERROR_RATE_MAX`).
             */
            errorRateLower: number;
        };
        /** @description ModelScore is one learned cell: a model, task and domain at one scope. */
        ModelScore: {
            /** @description Scope of the cell. */
            scope: components["schemas"]["Scope"];
            /** @description Identifier of the user at user scope. Empty at other scopes. */
            userId: string;
            /** @description Identifier of the model. */
            model: string;
            /** @description Task. Empty for the roll-up over tasks. */
            taskType: string;
            /** @description Domain. Empty for the roll-up over domains. */
            domainMode: string;
            /**
             * Format: double
             * @description Mean score, in [0, 1]. 0.5 without evidence.
             */
            score: number;
            /**
             * Format: double
             * @description min(evidence / minimum samples of the scope, 1), in [0, 1].
             */
            confidence: number;
            /**
             * Format: double
             * @description Decayed evidence, in units.
             */
            evidence: number;
            /**
             * Format: double
             * @description Mean score over the units that name accuracy, in [0, 1]. Absent without such units.
             */
            accuracyScore?: number;
            /**
             * Format: double
             * @description Mean score over the units that name relevance, in [0, 1]. Absent without such units.
             */
            relevanceScore?: number;
            /**
             * Format: double
             * @description Mean score over the units that name speed, in [0, 1]. Absent without such units.
             */
            speedScore?: number;
            /**
             * @description Number of units with a positive rating.
             *
             *     A 64-bit integer as a string.
             */
            positiveCount: string;
            /**
             * @description Number of units with a negative rating.
             *
             *     A 64-bit integer as a string.
             */
            negativeCount: string;
            /**
             * @description Number of units with a neutral rating.
             *
             *     A 64-bit integer as a string.
             */
            neutralCount: string;
            /**
             * @description Number of units whose signals have a mean sentiment above 0.
             *
             *     A 64-bit integer as a string.
             */
            implicitPositiveCount: string;
            /**
             * @description Number of units whose signals have a mean sentiment below 0.
             *
             *     A 64-bit integer as a string.
             */
            implicitNegativeCount: string;
            /**
             * @description Number of units.
             *
             *     A 64-bit integer as a string.
             */
            totalCount: string;
            /**
             * Format: date-time
             * @description Time of the last change of the cell.
             */
            updateTime?: string;
            /** @description Latest version of the model with feedback in the cell. Empty for the unnamed version. */
            modelVersion: string;
        };
        /** @description ModelStats contains counts of the outputs of one model and the feedback on them. */
        ModelStats: {
            /** @description Identifier of the model. */
            model: string;
            /**
             * @description Number of outputs.
             *
             *     A 64-bit integer as a string.
             */
            outputs: string;
            /**
             * @description Number of outputs with current feedback of any kind.
             *
             *     A 64-bit integer as a string.
             */
            outputsWithFeedback: string;
            /**
             * @description Number of positive ratings.
             *
             *     A 64-bit integer as a string.
             */
            positive: string;
            /**
             * @description Number of negative ratings.
             *
             *     A 64-bit integer as a string.
             */
            negative: string;
            /**
             * @description Number of outputs whose call did not answer: error, cancelled or timeout.
             *
             *     A 64-bit integer as a string.
             */
            outputsFailed: string;
            /**
             * Format: double
             * @description Mean cost of the answered outputs with a known cost, in US dollars. Absent when none has one.
             */
            costUsdMean?: number;
            /**
             * @description Number of answered outputs with a known cost.
             *
             *     A 64-bit integer as a string.
             */
            costCount: string;
            /**
             * Format: double
             * @description Mean latency of the answered outputs with a known latency, in milliseconds. Absent when none has one.
             */
            latencyMsMean?: number;
            /**
             * @description Number of answered outputs with a known latency.
             *
             *     A 64-bit integer as a string.
             */
            latencyCount: string;
        };
        /** @description Outcome is the result of the call that a manifest describes. */
        Outcome: {
            /** @description Whether the call answered. Required. */
            status: components["schemas"]["OutcomeStatus"];
            /** @description Class of the error, such as an HTTP status or the name of an exception. At most 200 characters. Default: empty. */
            errorType: string;
            /** @description Message of the error. At most 2,000 characters. Default: empty. */
            errorMessage: string;
        };
        /** @description Outcome is the result of the call that a manifest describes. */
        OutcomeInput: {
            /** @description Whether the call answered. Required. */
            status: components["schemas"]["OutcomeStatus"];
            /** @description Class of the error, such as an HTTP status or the name of an exception. At most 200 characters. Default: empty. */
            errorType?: string;
            /** @description Message of the error. At most 2,000 characters. Default: empty. */
            errorMessage?: string;
        };
        /**
         * @description OutcomeStatus is the kind of the result of a call.
         *
         *     - OUTCOME_STATUS_UNSPECIFIED: Not set. Invalid in requests.
         *     - OUTCOME_STATUS_OK: The call answered.
         *     - OUTCOME_STATUS_ERROR: The call failed.
         *     - OUTCOME_STATUS_CANCELLED: The caller cancelled the call.
         *     - OUTCOME_STATUS_TIMEOUT: The call did not answer in time.
         * @enum {string}
         */
        OutcomeStatus: "OUTCOME_STATUS_UNSPECIFIED" | "OUTCOME_STATUS_OK" | "OUTCOME_STATUS_ERROR" | "OUTCOME_STATUS_CANCELLED" | "OUTCOME_STATUS_TIMEOUT";
        /** @description OutputEntry is one output of a list. */
        OutputEntry: {
            /** @description Identifier of the output. */
            outputId: string;
            /** @description Identifier of the user who received the output. */
            userId: string;
            /** @description Identifier of the conversation. Empty without a conversation. */
            conversationId: string;
            /**
             * Format: date-time
             * @description Time of the output.
             */
            createTime?: string;
            /** @description Models that produced the output. */
            modelsUsed: string[];
            /** @description Task of the output. */
            taskType: string;
            /** @description Domain of the output. Empty when the manifest states none. */
            domainMode: string;
            /** @description Language of the prompt, ISO 639-1. Empty when unknown. */
            inputLanguage: string;
            /** @description Whether the output followed a recommendation. */
            followed: boolean;
            /** @description Counts of the feedback of all users. */
            counts?: components["schemas"]["FeedbackCounts"];
            /**
             * Format: double
             * @description Mean weighted score over the users with feedback, in [-1, 1]. Absent without feedback.
             */
            meanScore?: number;
            /** @description Result of the call. Unspecified when none was stated, which means that the call answered. */
            outcome: components["schemas"]["OutcomeStatus"];
        };
        /** @description OutputSummary is a summary of the feedback on one output. */
        OutputSummary: {
            /** @description Identifier of the output. */
            outputId: string;
            /** @description Models that produced the output. */
            modelsUsed: string[];
            /**
             * Format: date-time
             * @description Time of the output.
             */
            createTime?: string;
            /** @description Counts of the feedback of all users. */
            counts?: components["schemas"]["FeedbackCounts"];
            /**
             * Format: double
             * @description Mean weighted score over the users with feedback, in [-1, 1]. Absent without feedback.
             */
            meanScore?: number;
        };
        /** @description PauseExperimentRequest names the experiment to pause. */
        PauseExperimentRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty skips the check. At most 64 digits. */
            etag?: string;
            /** @description Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
            reason?: string;
        };
        /** @description PauseExperimentResponse contains the experiment after the change. */
        PauseExperimentResponse: {
            /** @description Experiment after the change. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description PinTrustScoreRequest pins the trust weight of a rater. */
        PinTrustScoreRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Identifier of the rater, who may not have given feedback yet. 1 to 200 characters. Required. */
            userId: string;
            /**
             * Format: double
             * @description Trust weight, in [0.1, 1]. Required.
             */
            trust?: number;
            /** @description Reason for the pin, shown in ListTrustScores. 1 to 500 characters. Required. */
            reason: string;
        };
        /** @description PinTrustScoreResponse contains the trust score after the change. */
        PinTrustScoreResponse: {
            /** @description Trust score of the rater. */
            score?: components["schemas"]["TrustScore"];
        };
        /** @description PlanSampleSizeRequest contains the parameters of a sample size computation. */
        PlanSampleSizeRequest: {
            /**
             * Format: double
             * @description Known rate of the control, in (0, 1). Required.
             */
            baselineRate?: number;
            /**
             * Format: double
             * @description Smallest difference to detect, as an absolute difference of rates, in (-1, 1) and not 0. `baseline_rate` + `effect` must be in (0, 1).
             */
            effect?: number;
            /**
             * Format: double
             * @description Probability of a type I error, in (0, 0.5]. 0 means 0.05.
             */
            alpha?: number;
            /**
             * Format: double
             * @description Probability of detecting the difference, in (0, 1). 0 means 0.8.
             */
            power?: number;
            /**
             * Format: double
             * @description Number of users per day that the experiment covers, from 0 to 10,000,000,000. Used to compute the number of days. 0 skips that computation.
             */
            usersPerDay?: number;
            /**
             * Format: double
             * @description Share of users in treatment, in (0, 1). 0 means 0.5.
             */
            trafficPercentage?: number;
        };
        /** @description PlanSampleSizeResponse contains the required size of an experiment. */
        PlanSampleSizeResponse: {
            /**
             * @description Number of users per variant.
             *
             *     A 64-bit integer as a string.
             */
            usersPerVariant: string;
            /**
             * Format: double
             * @description Number of days until both variants have that number of users, at most 1,000,000,000. 0 when `users_per_day` is 0.
             */
            days: number;
        };
        /** @description PolicyEstimate is the estimate of a strategy's mean score by one estimator. */
        PolicyEstimate: {
            /** @description Estimator: ips, snips or dr. */
            estimator: string;
            /**
             * Format: double
             * @description Estimated mean score, in [0, 1].
             */
            value: number;
            /**
             * Format: double
             * @description Lower bound of the 95 % confidence interval.
             */
            lower: number;
            /**
             * Format: double
             * @description Upper bound of the 95 % confidence interval.
             */
            upper: number;
        };
        /** @description PriorStrength is the weight of one level of the hierarchy as a prior of the next narrower level. */
        PriorStrength: {
            /** @description Identifier of the tenant. Empty for the strength that applies to all tenants. */
            tenantId: string;
            /** @description Level: task, domain, tenant or user. */
            level: string;
            /**
             * Format: double
             * @description Weight of the wider level, in units.
             */
            strength: number;
            /**
             * @description Number of cells that the strength was fitted to.
             *
             *     A 64-bit integer as a string.
             */
            cells: string;
        };
        /** @description ProviderHealth is the health of a provider as seen by the Brain at the time of routing. */
        ProviderHealth: {
            /**
             * Format: double
             * @description Recent latency in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
             */
            latencyMs?: number;
            /**
             * Format: double
             * @description Share of failed calls, in [0, 1]. Absent when unknown.
             */
            errorRate?: number;
            /** @description Status as free text, such as healthy or degraded. At most 64 characters. */
            status: string;
        };
        /** @description ProviderHealth is the health of a provider as seen by the Brain at the time of routing. */
        ProviderHealthInput: {
            /**
             * Format: double
             * @description Recent latency in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
             */
            latencyMs?: number;
            /**
             * Format: double
             * @description Share of failed calls, in [0, 1]. Absent when unknown.
             */
            errorRate?: number;
            /** @description Status as free text, such as healthy or degraded. At most 64 characters. */
            status?: string;
        };
        /** @description RankModelsRequest contains scores of the Brain to combine with the learned scores. */
        RankModelsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description User, task and constraints. Required. Its `candidates` are ignored; `scores` names the models. */
            context: components["schemas"]["RecommendationContext"];
            /** @description Scores of the Brain, one per model. 1 to 256. */
            scores: components["schemas"]["BrainScore"][];
        };
        /** @description RankModelsResponse ranks models by (1 - w) * brain_score + w * neural_score, where w = 0.35 * min(1, confidence / confidence_threshold). */
        RankModelsResponse: {
            /** @description One score per model, best first. */
            scores: components["schemas"]["MixedScore"][];
            /** @description Rule by which units of feedback were counted. */
            learningMode: components["schemas"]["LearningMode"];
            /**
             * Format: double
             * @description Confidence at which the learned score gets its full weight, in (0, 1].
             */
            confidenceThreshold: number;
        };
        /** @description RankedModel is one candidate with its estimate. */
        RankedModel: {
            /** @description Identifier of the model. */
            model: string;
            /**
             * Format: double
             * @description Shrunk estimate of the quality, in [0, 1].
             */
            score: number;
            /**
             * Format: double
             * @description Confidence at `scope`, in [0, 1].
             */
            confidence: number;
            /**
             * @description Number of units at `scope`, without decay.
             *
             *     A 64-bit integer as a string.
             */
            sampleSize: string;
            /**
             * Format: double
             * @description Probability that this model is chosen, in [0, 1]. The propensities of all candidates sum to 1.
             */
            propensity: number;
            /** @description Narrowest scope whose confidence for this model reaches the threshold. */
            scope: components["schemas"]["Scope"];
            /**
             * Format: double
             * @description Score minus the weighted cost. Candidates are ranked by it.
             */
            utility: number;
        };
        /**
         * @description Rating is a rating by thumb.
         *
         *     - RATING_UNSPECIFIED: Not set. Invalid in requests.
         *     - RATING_NEGATIVE: Thumb down.
         *     - RATING_NEUTRAL: Neutral.
         *     - RATING_POSITIVE: Thumb up.
         * @enum {string}
         */
        Rating: "RATING_UNSPECIFIED" | "RATING_NEGATIVE" | "RATING_NEUTRAL" | "RATING_POSITIVE";
        /** @description Recommendation is a chosen model with the reasons of the choice. */
        Recommendation: {
            /** @description Identifier of the decision. Copy it to `ExecutionManifest.decision_id`. */
            decisionId: string;
            /** @description Identifier of the chosen model. Empty without a candidate. */
            model: string;
            /**
             * Format: double
             * @description Exact probability of the choice, in (0, 1]. Copy it to `ExecutionManifest.propensity`.
             */
            propensity: number;
            /**
             * Format: double
             * @description Shrunk estimate of the quality of the model, in [0, 1].
             */
            score: number;
            /**
             * Format: double
             * @description Confidence at `scope`, in [0, 1].
             */
            confidence: number;
            /**
             * @description Number of units at `scope`, without decay.
             *
             *     A 64-bit integer as a string.
             */
            sampleSize: string;
            /** @description Narrowest scope whose confidence reaches the threshold. */
            scope: components["schemas"]["Scope"];
            /** @description Other candidates, best first. At most 16. */
            alternatives: components["schemas"]["RankedModel"][];
            /** @description One sentence that names the counts that determined the choice. */
            reasoning: string;
            /** @description Strategy of the choice. */
            strategy: components["schemas"]["Strategy"];
            /** @description Rule by which units of feedback were counted. */
            learningMode: components["schemas"]["LearningMode"];
            /**
             * Format: date-time
             * @description Time until which the answer may be reused.
             */
            expireTime?: string;
            /**
             * Format: double
             * @description Time since the oldest table entry of the decision was last confirmed to be current, in milliseconds.
             */
            stalenessMs: number;
            /** @description Identifier of the orchestration with the best results for this model, task and domain. Empty without an orchestration. */
            orchestrationId: string;
            /** @description Services that took part in the outputs that the feedback on this model, task and domain refers to. */
            requiredServices: string[];
            /** @description Identifier of the experiment that determined the choice. Empty without an experiment. */
            experimentId: string;
            /** @description Variant of the experiment. Empty without an experiment. */
            variant: string;
            /**
             * @description Version of the learned scores that the answer is based on.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
            /**
             * Format: int32
             * @description Epoch of the experiment. 0 without an experiment.
             */
            experimentEpoch: number;
        };
        /** @description RecommendationContext describes the user, the task and the constraints of a recommendation. */
        RecommendationContext: {
            /** @description Identifier of the user. Empty selects an answer at tenant scope. At most 200 characters. */
            userId?: string;
            /** @description Task, as in `ExecutionManifest.task_type`. 1 to 64 characters. Required. */
            taskType: string;
            /** @description Domain, as in `ExecutionManifest.domain_mode`. Empty means general. At most 64 characters. */
            domainMode?: string;
            /** @description Models to choose from. Empty selects all models with feedback of the tenant. At most 256 distinct identifiers. */
            candidates?: string[];
            /** @description Models that must not be chosen. At most 256 distinct identifiers. */
            excludedModels?: string[];
            /** @description Capabilities that the model must have according to `profiles`. At most 32 distinct names. */
            requiredCapabilities?: string[];
            /** @description Properties of models. Required for constraints and for the weight of cost. At most 256. */
            profiles?: components["schemas"]["ModelProfile"][];
            /**
             * Format: double
             * @description Maximum cost of the request in US dollars, from 0 to 1,000,000. Absent means no limit.
             */
            costMax?: number;
            /**
             * Format: double
             * @description Maximum latency in milliseconds, from 0 to 86,400,000 (24 hours). Absent means no limit.
             */
            latencyMsMax?: number;
            /**
             * Format: double
             * @description Quality given up for the cost of the most expensive candidate, in [0, 1]. 0 ranks by quality alone. The daily budget of the tenant may increase it.
             */
            costWeight?: number;
            /** @description Strategy of the choice. Unspecified selects the strategy of the service's settings. */
            strategy?: components["schemas"]["Strategy"];
        };
        /** @description RecordDecisionsRequest contains decisions that a client made without a call. */
        RecordDecisionsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Decisions. 1 to 500. Required. */
            decisions: components["schemas"]["ClientDecision"][];
        };
        /** @description RecordDecisionsResponse states how many decisions were stored. Decisions of erased users are not stored and not counted. */
        RecordDecisionsResponse: {
            /**
             * @description Number of stored decisions.
             *
             *     A 64-bit integer as a string.
             */
            recorded: string;
            /**
             * @description Number of decisions whose decision_id was stored before, or occurs earlier in the request.
             *
             *     A 64-bit integer as a string.
             */
            repeatedDecisions: string;
            /**
             * @description Number of decisions that were not stored because they are older than 7 days, or than the retention of decisions.
             *
             *     A 64-bit integer as a string.
             */
            expired: string;
        };
        /** @description RecordEvaluationScoresRequest carries scores of evaluations. */
        RecordEvaluationScoresRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Scores to store. 1 to 1,000. */
            scores: components["schemas"]["EvaluationScoreInput"][];
        };
        /** @description RecordEvaluationScoresResponse contains the number of scores by result. */
        RecordEvaluationScoresResponse: {
            /**
             * Format: int32
             * @description Number of scores that were stored.
             */
            stored: number;
            /**
             * Format: int32
             * @description Number of scores that were stored before.
             */
            duplicates: number;
            /**
             * Format: int32
             * @description Number of scores that were not stored, because the tenant has as many as the setting EVALUATION_SCORES_MAX allows.
             */
            leftOut: number;
        };
        /** @description RecordExposuresRequest carries exposures. */
        RecordExposuresRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Exposures to store. 1 to 1,000. */
            exposures: components["schemas"]["Exposure"][];
        };
        /** @description RecordExposuresResponse confirms that the exposures are durable. */
        RecordExposuresResponse: {
            /**
             * Format: int32
             * @description Number of new exposures.
             */
            recordedCount: number;
            /**
             * Format: int32
             * @description Number of exposures that were stored before.
             */
            duplicateCount: number;
            /**
             * Format: int32
             * @description Number of exposures to a variant that the assignment does not give the user, whether or not they were stored before. They are stored, and exclude their users from the comparison.
             */
            mismatchCount: number;
        };
        /** @description RecordManifestRequest carries one manifest. */
        RecordManifestRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Manifest to record. Required. */
            manifest: components["schemas"]["ExecutionManifestInput"];
        };
        /** @description RecordManifestResponse confirms that the manifest is durable. */
        RecordManifestResponse: {
            /** @description Accepted or duplicate. */
            outcome: components["schemas"]["ItemOutcome"];
            /**
             * Format: date-time
             * @description Time of the output. The age of all feedback on the output is measured from it.
             */
            createTime?: string;
            /** @description Language of the prompt, as stated or detected, ISO 639-1. Empty when unknown. */
            inputLanguage: string;
        };
        /** @description RecordOutcomeRequest contains the outcome of the call behind one output, and values that its manifest does not state. */
        RecordOutcomeRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Identifier or alias of the output, whose manifest may not have arrived yet. 1 to 1,000 characters. Required. */
            outputId: string;
            /** @description Result of the call. Required. */
            outcome: components["schemas"]["OutcomeInput"];
            /**
             * Format: int32
             * @description Number of tokens of the prompt, from 0 to 1,000,000,000. Absent when unknown.
             */
            inputTokens?: number;
            /**
             * Format: int32
             * @description Number of tokens of the output, from 0 to 1,000,000,000. Absent when unknown.
             */
            outputTokens?: number;
            /**
             * Format: double
             * @description Time from the request to the last token, in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
             */
            totalLatencyMs?: number;
            /**
             * Format: double
             * @description Time from the request to the first token, in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
             */
            timeToFirstTokenMs?: number;
            /**
             * Format: double
             * @description Cost of the call in US dollars, from 0 to 1,000,000. Absent when unknown; 0 states that the call was free.
             */
            totalCost?: number;
        };
        /** @description RecordOutcomeResponse confirms that the outcome is durable. */
        RecordOutcomeResponse: {
            /** @description Accepted, or duplicate when every stated value was stored before. */
            outcome: components["schemas"]["ItemOutcome"];
            /** @description Whether the manifest of the output has arrived. */
            manifestKnown: boolean;
            /** @description Names of the stated values that do not count, because the manifest states different ones: total_cost, for example. */
            supersededValues: string[];
        };
        /** @description RecordTraceRequest carries spans of traces. */
        RecordTraceRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Spans to record. 1 to 500. */
            spans: components["schemas"]["TraceSpan"][];
        };
        /** @description RecordTraceResponse states how many manifests were stored. */
        RecordTraceResponse: {
            /**
             * Format: int32
             * @description Number of manifests that were stored and will be recorded.
             */
            manifests: number;
        };
        /** @description RefusedModel is a candidate that does not meet a constraint. */
        RefusedModel: {
            /** @description Identifier of the model. */
            model: string;
            /** @description Constraint that the model does not meet. */
            reason: string;
        };
        /** @description RegisterEvaluatorRequest names the evaluator to register. */
        RegisterEvaluatorRequest: {
            /** @description Tenant of the evaluator. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Name of the evaluator, such as `relevance`; normalised as `user_id`. A tenant has at most 1,000 evaluators. 1 to 190 characters. Required. */
            name: string;
        };
        /** @description RegisterEvaluatorResponse contains the registered evaluator. */
        RegisterEvaluatorResponse: {
            /** @description Evaluator. */
            evaluator?: components["schemas"]["Evaluator"];
        };
        /** @description RemoveEvaluatorRequest names the evaluator to remove. */
        RemoveEvaluatorRequest: {
            /** @description Tenant of the evaluator. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Name of the evaluator. An unknown name is refused with NOT_FOUND (EVALUATOR_UNKNOWN). 1 to 190 characters. Required. */
            name: string;
        };
        /** @description RemoveEvaluatorResponse confirms that the evaluator is removed. */
        RemoveEvaluatorResponse: Record<string, never>;
        /**
         * @description RequestType is the kind of a request.
         *
         *     - REQUEST_TYPE_UNSPECIFIED: Not set. Invalid in requests.
         *     - REQUEST_TYPE_CHAT: One turn of a conversation.
         *     - REQUEST_TYPE_COMPLETION: A completion outside a conversation.
         *     - REQUEST_TYPE_ORCHESTRATION: Several steps run by an orchestration.
         *     - REQUEST_TYPE_SERVICE: A call by another service.
         * @enum {string}
         */
        RequestType: "REQUEST_TYPE_UNSPECIFIED" | "REQUEST_TYPE_CHAT" | "REQUEST_TYPE_COMPLETION" | "REQUEST_TYPE_ORCHESTRATION" | "REQUEST_TYPE_SERVICE";
        /** @description ResultLook is a stored interim result. */
        ResultLook: {
            /**
             * Format: date-time
             * @description Time of the interim analysis.
             */
            takeTime?: string;
            /** @description Comparisons of each treatment with the control, by metric. */
            comparisons: components["schemas"]["LookedComparison"][];
        };
        /** @description Results is the analysis of an experiment at one time. */
        Results: {
            /** @description Identifier of the experiment. */
            experimentId: string;
            /**
             * Format: date-time
             * @description Time of the analysis.
             */
            analyzeTime?: string;
            /** @description Users and units of each variant, by epoch. */
            variants: components["schemas"]["VariantCount"][];
            /** @description Test of the sample ratio, by epoch. */
            sampleRatios: components["schemas"]["SampleRatio"][];
            /** @description Comparisons of each treatment with the control, by metric. */
            comparisons: components["schemas"]["Comparison"][];
            /** @description Winner: control, treatment or inconclusive. */
            winner: string;
            /** @description Name of the variant that wins. Empty when the analysis is inconclusive. */
            winningVariant: string;
            /** @description Whether to deploy the winner. True when every criterion passed. */
            shouldDeploy: boolean;
            /** @description Criteria of deployment with their values. */
            criteria: components["schemas"]["Criterion"][];
            /** @description Whether the confidence sequence allows the experiment to stop now. */
            mayStop: boolean;
            /** @description Condition that prevents a verdict, as a sentence. Empty when none does. */
            blocked: string;
            /** @description Outputs that were ignored, by reason. Empty when every output counts. */
            ignoredOutputs: components["schemas"]["IgnoredOutputs"][];
            /**
             * Format: int32
             * @description Number of strata that were left out, because their sample ratio is a mismatch or because they have fewer than 20 users in a group. A stratum is a tenant, or a group of tenants when there are more than 64. 0 for the results of one tenant.
             */
            excludedStrata: number;
            /**
             * @description Number of users with an output or exposure of a variant that the assignment does not give them. Their outputs of the same epoch are not analysed, including those of the assigned variant.
             *
             *     A 64-bit integer as a string.
             */
            contaminatedUsers: string;
            /** @description Outputs with a known cost and a known latency, by variant and epoch. Means count these outputs only. A winner rule that rests on the metric gives no winner if it is known for less than 90 % of the outputs of a variant, or for different shares in the variants: `blocked` then contains "cost not measured" or "latency not measured". */
            measuredOutputs: components["schemas"]["MeasuredOutputs"][];
        };
        /** @description ResumeExperimentRequest names the experiment to resume. */
        ResumeExperimentRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty skips the check. At most 64 digits. */
            etag?: string;
            /** @description Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
            reason?: string;
        };
        /** @description ResumeExperimentResponse contains the experiment after the change. */
        ResumeExperimentResponse: {
            /** @description Experiment after the change. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description RetractFeedbackRequest names the feedback to retract. */
        RetractFeedbackRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Identifier of the output. 1 to 1,000 characters. Required. */
            outputId: string;
            /** @description Identifier of the user. 1 to 200 characters. Required. */
            userId: string;
            /** @description Kinds of feedback to retract. Empty retracts all kinds. At most 3 distinct values. */
            kinds?: components["schemas"]["FeedbackKind"][];
            /**
             * Format: date-time
             * @description Time of the retraction by the clock of the client. Default: the time of receipt. Feedback with a later time is kept.
             */
            clientTime?: string;
        };
        /** @description RetractFeedbackResponse confirms that the retraction is durable. */
        RetractFeedbackResponse: {
            /** @description Whether explicit feedback was retracted. */
            explicitRetracted: boolean;
            /**
             * Format: int32
             * @description Number of implicit signals retracted.
             */
            signalsRetracted: number;
            /**
             * Format: int32
             * @description Number of voice comments retracted.
             */
            voiceRetracted: number;
        };
        /** @description RetryVoiceFeedbackRequest names the voice feedback to transcribe again. */
        RetryVoiceFeedbackRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Identifiers of voice feedback. 1 to 1,000 distinct UUIDs. */
            voiceIds: string[];
            /** @description Reason of the retry, stored in the audit log. At most 500 characters. Default: empty. */
            reason?: string;
        };
        /** @description RetryVoiceFeedbackResponse contains the outcome for each voice comment. */
        RetryVoiceFeedbackResponse: {
            /** @description Voice feedback that was queued again. */
            retriedVoiceIds: string[];
            /** @description Voice feedback that was not queued: it had not failed, or its recording is deleted. */
            unchangedVoiceIds: string[];
        };
        /** @description RollBackRequest rolls back a rollout. */
        RollBackRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
            reason?: string;
        };
        /** @description RollBackResponse contains the rollout after it was rolled back. */
        RollBackResponse: {
            /** @description State of the rollout. */
            rollout?: components["schemas"]["Rollout"];
        };
        /** @description Rollout is the stepwise increase of the share of users in treatment to 100 percent. */
        Rollout: {
            /** @description Identifier of the experiment. */
            experimentId: string;
            /** @description Schedule of the rollout. */
            plan?: components["schemas"]["RolloutPlan"];
            /** @description State of the rollout. */
            state: components["schemas"]["RolloutState"];
            /**
             * Format: double
             * @description Current share of users in treatment, in percent.
             */
            percent: number;
            /**
             * Format: date-time
             * @description Time of the next step. Absent when no step is scheduled.
             */
            nextStepTime?: string;
            /** @description Decisions of the rollout, oldest first. */
            decisions: components["schemas"]["RolloutDecision"][];
        };
        /** @description RolloutDecision is one decision of a rollout with the numbers it is based on. */
        RolloutDecision: {
            /**
             * Format: date-time
             * @description Time of the decision.
             */
            decideTime?: string;
            /** @description Action: start, advance, hold, wait_approval, approve, roll_back or finish. */
            action: string;
            /**
             * Format: double
             * @description Share of users in treatment after the decision, in percent.
             */
            percent: number;
            /** @description Reason of the decision as a sentence. Empty for a caller with a tenant if the experiment covers all tenants. */
            reason: string;
            /** @description Numbers that the decision is based on, by name. Empty for a caller with a tenant if the experiment covers all tenants. */
            numbers: {
                [key: string]: number;
            };
        };
        /** @description RolloutPlan is the schedule of a rollout. */
        RolloutPlan: {
            /** @description Shares of users in treatment, in percent, in (0, 100]. Ascending; the last is 100. At most 20. Empty means 10, 25, 50, 75, 100. */
            steps: number[];
            /** @description Time between steps. 1 minute to 30 days. Default: 24 hours. */
            interval?: string;
            /** @description Whether each step requires a call of ApproveRolloutStep. Default: false. */
            needsApproval: boolean;
        };
        /** @description RolloutPlan is the schedule of a rollout. */
        RolloutPlanInput: {
            /** @description Shares of users in treatment, in percent, in (0, 100]. Ascending; the last is 100. At most 20. Empty means 10, 25, 50, 75, 100. */
            steps?: number[];
            /** @description Time between steps. 1 minute to 30 days. Default: 24 hours. */
            interval?: string;
            /** @description Whether each step requires a call of ApproveRolloutStep. Default: false. */
            needsApproval?: boolean;
        };
        /**
         * @description RolloutState is the state of a rollout.
         *
         *     - ROLLOUT_STATE_UNSPECIFIED: Not set. Never returned.
         *     - ROLLOUT_STATE_RUNNING: In progress.
         *     - ROLLOUT_STATE_WAITING: Waiting for an approval.
         *     - ROLLOUT_STATE_FINISHED: Finished: all users are in treatment.
         *     - ROLLOUT_STATE_ROLLED_BACK: Rolled back: no user is in treatment.
         * @enum {string}
         */
        RolloutState: "ROLLOUT_STATE_UNSPECIFIED" | "ROLLOUT_STATE_RUNNING" | "ROLLOUT_STATE_WAITING" | "ROLLOUT_STATE_FINISHED" | "ROLLOUT_STATE_ROLLED_BACK";
        /** @description RunBatchLearningRequest starts a run. */
        RunBatchLearningRequest: {
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
        };
        /** @description RunBatchLearningResponse is the report of a run. */
        RunBatchLearningResponse: {
            /** @description Identifier of the run. */
            runId: string;
            /**
             * @description Version of the learned scores that the run built and activated.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
            /**
             * @description Version of the learned scores that it replaced.
             *
             *     A 64-bit integer as a string.
             */
            previousVersion: string;
            /**
             * @description Number of units read.
             *
             *     A 64-bit integer as a string.
             */
            units: string;
            /**
             * @description Number of cells built.
             *
             *     A 64-bit integer as a string.
             */
            cells: string;
            /**
             * @description Number of cells whose score differs from the previous version by more than 1e-9.
             *
             *     A 64-bit integer as a string.
             */
            changedCells: string;
            /**
             * Format: double
             * @description Largest absolute difference of a score from the previous version.
             */
            scoreChangeMax: number;
            /** @description Cells with the largest differences. At most 20. */
            largestChanges: components["schemas"]["CellChange"][];
            /**
             * Format: date-time
             * @description Start of the run.
             */
            startTime?: string;
            /**
             * Format: date-time
             * @description Time at which the new version was activated.
             */
            endTime?: string;
            /**
             * @description Number of raters whose trust was computed.
             *
             *     A 64-bit integer as a string.
             */
            ratersJudged: string;
            /**
             * @description Number of raters whose trust changed.
             *
             *     A 64-bit integer as a string.
             */
            ratersChanged: string;
            /** @description Prior strengths in effect after the run. At most 100. */
            priors: components["schemas"]["PriorStrength"][];
            /** @description Models whose quality changed significantly, most significant first. At most 50. */
            drifts: components["schemas"]["Drift"][];
            /**
             * @description Number of months of decisions that were deleted.
             *
             *     A 64-bit integer as a string.
             */
            decisionMonthsDropped: string;
        };
        /** @description SampleRatio is the test of the observed against the planned shares of users in one epoch. */
        SampleRatio: {
            /**
             * Format: int32
             * @description Epoch.
             */
            epoch: number;
            /**
             * Format: double
             * @description p-value of the sequential multinomial test, in [0, 1]. It is valid at every interim analysis and for small numbers of users.
             */
            pValue: number;
            /** @description Whether the p-value is below 0.001. If true, the analysis gives no verdict. */
            alarm: boolean;
        };
        /**
         * @description Scope is the set of users whose feedback an estimate is based on.
         *
         *     - SCOPE_UNSPECIFIED: Not set. In answers: no scope has feedback.
         *     - SCOPE_USER: Feedback of one user.
         *     - SCOPE_TENANT: Feedback of all users of one tenant.
         *     - SCOPE_GLOBAL: Feedback of all tenants that take part in global learning. Scores, evidence and counts have noise, change once per period (24 hours by default), and are absent for cells with few tenants. Counts are derived from the noised sums: positive_count and total_count stand for good and all evidence, and signals are not counted apart.
         * @enum {string}
         */
        Scope: "SCOPE_UNSPECIFIED" | "SCOPE_USER" | "SCOPE_TENANT" | "SCOPE_GLOBAL";
        /** @description ScopeEvidence is the evidence on a model at one level of the hierarchy. */
        ScopeEvidence: {
            /** @description Scope of the level. */
            scope: components["schemas"]["Scope"];
            /** @description Task of the cell. Empty for the roll-up over tasks. */
            taskType: string;
            /** @description Domain of the cell. Empty for the roll-up over domains. */
            domainMode: string;
            /**
             * Format: double
             * @description Mean score of the cell alone, in [0, 1]. 0.5 without evidence.
             */
            score: number;
            /**
             * Format: double
             * @description Decayed evidence of the cell, in units.
             */
            evidence: number;
            /**
             * Format: double
             * @description min(evidence / minimum samples of the scope, 1), in [0, 1].
             */
            confidence: number;
            /**
             * @description Number of units, without decay.
             *
             *     A 64-bit integer as a string.
             */
            sampleSize: string;
            /**
             * Format: double
             * @description Estimate after this level: the score shrunk towards the estimate of the previous level, in [0, 1].
             */
            shrunkScore: number;
        };
        /** @description SetModelAliasRequest contains the alias to set. */
        SetModelAliasRequest: {
            /** @description Tenant of the alias. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Name that programs use. A tenant has at most 10,000 aliases. 1 to 200 characters. Required. */
            alias: string;
            /** @description Model to credit. The name of the alias itself excludes it from the automatic rules. 1 to 200 characters. Required. */
            model: string;
            /** @description Version of the model, for manifests that state none. Empty for the unnamed version. At most 100 characters. */
            version?: string;
        };
        /** @description SetModelAliasResponse contains the stored alias. */
        SetModelAliasResponse: {
            /** @description Alias. */
            alias?: components["schemas"]["ModelAlias"];
        };
        /** @description SignalCount contains counts of implicit signals of one type. */
        SignalCount: {
            /** @description Type of the signals. */
            signalType: components["schemas"]["SignalType"];
            /**
             * @description Number of occurrences.
             *
             *     A 64-bit integer as a string.
             */
            occurrences: string;
            /**
             * @description Number of users with at least one occurrence. Learning counts users, not occurrences.
             *
             *     A 64-bit integer as a string.
             */
            users: string;
        };
        /**
         * @description SignalType is the type of an observed action. Each type has a fixed sentiment in [-1, 1].
         *
         *     - SIGNAL_TYPE_UNSPECIFIED: Not set. Invalid in requests.
         *     - SIGNAL_TYPE_FAVORITE_ADDED: The user marked the response as a favorite. Sentiment +0.9.
         *     - SIGNAL_TYPE_SHARE_RESPONSE: The user shared the response. Sentiment +0.9.
         *     - SIGNAL_TYPE_COPY_RESPONSE: The user copied the response. Sentiment +0.7.
         *     - SIGNAL_TYPE_EXPORT_RESPONSE: The user exported the response. Sentiment +0.6.
         *     - SIGNAL_TYPE_CONTINUE_CONVERSATION: The user continued the conversation. Sentiment +0.3.
         *     - SIGNAL_TYPE_SCROLL_TO_END: The user scrolled to the end of the response. Sentiment +0.2.
         *     - SIGNAL_TYPE_RESPONSE_TIME_SHORT: The user replied after a short time. Sentiment +0.2.
         *     - SIGNAL_TYPE_EDIT_AND_RESEND: The user edited the prompt and sent it again. Sentiment 0.
         *     - SIGNAL_TYPE_RESPONSE_TIME_LONG: The user replied after a long time. Sentiment 0.
         *     - SIGNAL_TYPE_ABANDON_CONVERSATION: The user left the conversation. Sentiment -0.3.
         *     - SIGNAL_TYPE_SCROLL_BOUNCE: The user scrolled away immediately. Sentiment -0.4.
         *     - SIGNAL_TYPE_MANUAL_MODEL_SWITCH: The user switched to another model. Sentiment -0.6.
         *     - SIGNAL_TYPE_ABANDON_MID_RESPONSE: The user left while the response was being written. Sentiment -0.7.
         *     - SIGNAL_TYPE_REGENERATE: The user requested another response. Sentiment -0.8.
         *     - SIGNAL_TYPE_REPORT_CONTENT: The user reported the content. Sentiment -1.
         * @enum {string}
         */
        SignalType: "SIGNAL_TYPE_UNSPECIFIED" | "SIGNAL_TYPE_FAVORITE_ADDED" | "SIGNAL_TYPE_SHARE_RESPONSE" | "SIGNAL_TYPE_COPY_RESPONSE" | "SIGNAL_TYPE_EXPORT_RESPONSE" | "SIGNAL_TYPE_CONTINUE_CONVERSATION" | "SIGNAL_TYPE_SCROLL_TO_END" | "SIGNAL_TYPE_RESPONSE_TIME_SHORT" | "SIGNAL_TYPE_EDIT_AND_RESEND" | "SIGNAL_TYPE_RESPONSE_TIME_LONG" | "SIGNAL_TYPE_ABANDON_CONVERSATION" | "SIGNAL_TYPE_SCROLL_BOUNCE" | "SIGNAL_TYPE_MANUAL_MODEL_SWITCH" | "SIGNAL_TYPE_ABANDON_MID_RESPONSE" | "SIGNAL_TYPE_REGENERATE" | "SIGNAL_TYPE_REPORT_CONTENT";
        /** @description StartExperimentRequest names the draft to start. */
        StartExperimentRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty skips the check. At most 64 digits. */
            etag?: string;
            /** @description Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
            reason?: string;
        };
        /** @description StartExperimentResponse contains the experiment after the change. */
        StartExperimentResponse: {
            /** @description Experiment after the change. */
            experiment?: components["schemas"]["Experiment"];
        };
        /** @description StartRolloutRequest starts the rollout of a treatment. */
        StartRolloutRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty skips the check. At most 64 digits. */
            etag?: string;
            /** @description Schedule of the rollout. Default: 10, 25, 50, 75 and 100 percent, one step every 24 hours, without approval. */
            plan?: components["schemas"]["RolloutPlanInput"];
        };
        /** @description StartRolloutResponse contains the rollout. */
        StartRolloutResponse: {
            /** @description State of the rollout. */
            rollout?: components["schemas"]["Rollout"];
        };
        /**
         * @description Strategy is the rule that chooses a model from the estimates. Later versions may add values.
         *
         *     - STRATEGY_UNSPECIFIED: The strategy of the service's settings.
         *     - STRATEGY_GREEDY: The model with the highest estimate.
         *     - STRATEGY_THOMPSON: Thompson sampling: each model with the probability that it is the best.
         *     - STRATEGY_EPSILON_GREEDY: The model with the highest estimate, or with a small probability a random model.
         *     - STRATEGY_SCOPE_FALLBACK: The model with the highest score at the first scope with enough confidence, in the order user, tenant, global.
         * @enum {string}
         */
        Strategy: "STRATEGY_UNSPECIFIED" | "STRATEGY_GREEDY" | "STRATEGY_THOMPSON" | "STRATEGY_EPSILON_GREEDY" | "STRATEGY_SCOPE_FALLBACK";
        /** @description StreamSignalsRequest is one batch on a stream. A batch may contain explicit feedback and implicit signals, together 1 to 1,000 items. */
        StreamSignalsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Identifier of the batch and its idempotency key, a UUID. Required. The acknowledgement contains it. A repeat within 24 hours returns the first acknowledgement.
             */
            batchId: string;
            /** @description Implicit signals. At most 1,000. Their `signal_value`s hold at most 40,000 JSON values in total, unless the operator sets another limit. */
            signals?: components["schemas"]["ImplicitSignalInput"][];
            /** @description Explicit feedback. At most 1,000. */
            feedback?: components["schemas"]["ExplicitFeedbackInput"][];
        };
        /** @description StreamSignalsResponse acknowledges one batch after its commit. */
        StreamSignalsResponse: {
            /** @description Identifier of the acknowledged batch. */
            batchId: string;
            /** @description One result per item: signals first, then explicit feedback, each in the order of the batch. Empty when the whole batch was refused. */
            results: components["schemas"]["ItemResult"][];
            /**
             * Format: int32
             * @description Number of durable items.
             */
            acceptedCount: number;
            /** @description Error of a batch that was refused as a whole and not stored. Absent for other batches. */
            refusal?: components["schemas"]["BatchRefusal"];
        };
        /** @description SubmitExplicitFeedbackRequest carries the explicit feedback of one user on one output. */
        SubmitExplicitFeedbackRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Feedback to store. Required. */
            feedback: components["schemas"]["ExplicitFeedbackInput"];
        };
        /** @description SubmitExplicitFeedbackResponse confirms that the feedback is durable or superseded. */
        SubmitExplicitFeedbackResponse: {
            /** @description Accepted, replaced, superseded or duplicate. */
            outcome: components["schemas"]["ItemOutcome"];
            /** @description Detected language of the comment, ISO 639-1. Empty without a comment or when unknown. */
            commentLanguage: string;
            /** @description Whether the output has a manifest. Feedback without a manifest is learned when the manifest arrives. */
            manifestKnown: boolean;
        };
        /** @description SubmitImplicitSignalRequest carries one implicit signal. */
        SubmitImplicitSignalRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Signal to store. Required. */
            signal: components["schemas"]["ImplicitSignalInput"];
        };
        /** @description SubmitImplicitSignalResponse confirms that the signal is durable. */
        SubmitImplicitSignalResponse: {
            /** @description Accepted or duplicate. */
            outcome: components["schemas"]["ItemOutcome"];
            /** @description Identifier of the occurrence, as sent or derived. */
            signalId: string;
            /**
             * Format: double
             * @description Sentiment of the signal type, in [-1, 1].
             */
            sentiment: number;
        };
        /** @description SubmitVoiceFeedbackRequest is one part of a voice comment: the header or a chunk of audio. */
        SubmitVoiceFeedbackRequest: {
            /** @description Description of the comment. Sent first. */
            header?: components["schemas"]["VoiceHeader"];
            /** @description Next bytes of the audio file. At most 256 KiB. */
            chunk?: string;
        };
        /** @description SubmitVoiceFeedbackResponse confirms that the voice comment is durable and queued for transcription. */
        SubmitVoiceFeedbackResponse: {
            /** @description Identifier of the voice feedback, a UUID. Pass it to VoiceService.GetVoiceFeedback. */
            voiceId: string;
            /**
             * @description Size of the stored audio in bytes.
             *
             *     A 64-bit integer as a string.
             */
            audioBytes: string;
        };
        /** @description TableEntry is the ranking of the models in one context. */
        TableEntry: {
            /** @description Identifier of the user. Empty for the entry of the tenant. */
            userId: string;
            /** @description Task. Empty for any task. */
            taskType: string;
            /** @description Domain. Empty for any domain. */
            domainMode: string;
            /** @description Models with feedback, best first, with their propensities. */
            models: components["schemas"]["RankedModel"][];
            /** @description Narrowest scope with enough confidence for the best model. */
            scope: components["schemas"]["Scope"];
            /** @description One sentence that names the counts that determined the choice. */
            reasoning: string;
            /** @description Strategy that the propensities were computed for. */
            strategy: components["schemas"]["Strategy"];
            /**
             * Format: date-time
             * @description Time until which the entry may be used.
             */
            expireTime?: string;
        };
        /** @description Targeting selects the users that an experiment covers: those who match all conditions. */
        Targeting: {
            /** @description Tasks. Empty matches all. At most 64 distinct tasks. */
            taskTypes: string[];
            /** @description Domains. Empty matches all. At most 64 distinct domains. */
            domainModes: string[];
            /** @description Tenants of an experiment over all tenants. Empty matches all. At most 1,000 distinct identifiers. A caller with a tenant reads its own tenant only. */
            tenantIds: string[];
            /** @description Conditions on attributes of the user. At most 16. */
            attributes: components["schemas"]["AttributeCondition"][];
        };
        /** @description Targeting selects the users that an experiment covers: those who match all conditions. */
        TargetingInput: {
            /** @description Tasks. Empty matches all. At most 64 distinct tasks. */
            taskTypes?: string[];
            /** @description Domains. Empty matches all. At most 64 distinct domains. */
            domainModes?: string[];
            /** @description Tenants of an experiment over all tenants. Empty matches all. At most 1,000 distinct identifiers. A caller with a tenant reads its own tenant only. */
            tenantIds?: string[];
            /** @description Conditions on attributes of the user. At most 16. */
            attributes?: components["schemas"]["AttributeConditionInput"][];
        };
        /** @description TenantSettings are the learning settings of a tenant. */
        TenantSettings: {
            /** @description Whether the feedback of the tenant contributes to the global scope. Default: false. */
            globalLearning: boolean;
            /**
             * Format: double
             * @description Budget for the cost of the tenant's outputs per UTC day, in US dollars, in [0, 1e9]. 0 means no budget. Recommendations increase the weight of cost when spending runs ahead of the budget. No request is refused because of the budget.
             */
            dailyBudgetUsd: number;
        };
        /** @description TenantSettings are the learning settings of a tenant. */
        TenantSettingsInput: {
            /** @description Whether the feedback of the tenant contributes to the global scope. Default: false. */
            globalLearning?: boolean;
            /**
             * Format: double
             * @description Budget for the cost of the tenant's outputs per UTC day, in US dollars, in [0, 1e9]. 0 means no budget. Recommendations increase the weight of cost when spending runs ahead of the budget. No request is refused because of the budget.
             */
            dailyBudgetUsd?: number;
        };
        /**
         * @description ThermalState is the readiness of a model to serve.
         *
         *     - THERMAL_STATE_UNSPECIFIED: Not set. Invalid in requests.
         *     - THERMAL_STATE_OFF: Not loaded, and loading is disabled.
         *     - THERMAL_STATE_COLD: Not loaded.
         *     - THERMAL_STATE_WARM: Loaded and idle.
         *     - THERMAL_STATE_HOT: Loaded and serving.
         * @enum {string}
         */
        ThermalState: "THERMAL_STATE_UNSPECIFIED" | "THERMAL_STATE_OFF" | "THERMAL_STATE_COLD" | "THERMAL_STATE_WARM" | "THERMAL_STATE_HOT";
        /** @description TraceSpan is a span of a trace, with the values that its descendants inherit and the output that it produced. */
        TraceSpan: {
            /** @description Identifier of the trace. 16 bytes. Required. */
            traceId?: string;
            /** @description Identifier of the span within its trace. 8 bytes. Required. */
            spanId?: string;
            /** @description Identifier of the parent of the span. 8 bytes, or empty for the root of the trace. */
            parentSpanId?: string;
            /** @description User of the outputs below the span. At most 200 characters. Empty if the span states none. */
            userId?: string;
            /** @description Conversation of the outputs below the span. At most 200 characters. Empty if the span states none. */
            conversationId?: string;
            /** @description Task of the outputs below the span. At most 64 characters. Empty if the span states none. */
            taskType?: string;
            /** @description Domain of the outputs below the span. At most 64 characters. Empty if the span states none. */
            domainMode?: string;
            /** @description Whether the span is an output. Its parent is then no output. */
            isOutput?: boolean;
            /** @description Output of the span, if it may inherit values from its ancestors. It inherits `user_id` if it is "anonymous", `task_type` if it is "chat", and `conversation_id` and `domain_mode` if they are empty. */
            manifest?: components["schemas"]["ExecutionManifestInput"];
            /** @description Whether `manifest` waits for the root of the trace. Default: false; it is then recorded with the values that are known. */
            manifestWaits?: boolean;
        };
        /** @description TranscribeHeader contains the options of a transcription. */
        TranscribeHeader: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Spoken language, ISO 639-1. Empty detects it. At most 3 characters. */
            language?: string;
            /** @description Whether to skip the English translation, which takes about as long as the transcription. Default: false. */
            skipTranslation?: boolean;
        };
        /** @description TranscribeRequest is one part of a recording: the header or a chunk of the file. */
        TranscribeRequest: {
            /** @description Options of the transcription. Sent first. */
            header?: components["schemas"]["TranscribeHeader"];
            /** @description Next bytes of the file. 1 byte to 256 KiB per chunk. The whole file has at most 25 MB by default; the limit is a setting of the service. */
            chunk?: string;
        };
        /** @description TranscribeResponse contains the result of a transcription. */
        TranscribeResponse: {
            /** @description Transcript of the recording. */
            transcript?: components["schemas"]["Transcript"];
        };
        /** @description Transcript is the result of speech recognition on a recording. */
        Transcript: {
            /** @description Whether the recording contains no speech. If true, text, language and sentiment are empty. */
            noSpeech: boolean;
            /** @description Text in the spoken language. */
            text: string;
            /** @description Language of most of the speech, ISO 639-1. Empty when the language has no such code. */
            language: string;
            /**
             * Format: double
             * @description Probability of the detected language, in [0, 1]. 1 when the request stated the language.
             */
            languageProbability: number;
            /** @description Text in English. Empty without a translation. */
            englishTranslation: string;
            /**
             * Format: double
             * @description Confidence in the text, in [0, 1].
             */
            confidence: number;
            /** @description One sentence that states why the text may be wrong. Empty without a reason. */
            doubt: string;
            /** @description Length of the recording. */
            audioDuration?: string;
            /** @description Speech recognition model. */
            model: string;
            /**
             * Format: double
             * @description Sentiment of the text towards the output, in [-1, 1]. Absent without speech.
             */
            sentiment?: number;
            /** @description Rating derived from the sentiment. Unspecified without speech. */
            inferredRating: components["schemas"]["Rating"];
            /** @description Categories that the text refers to, most likely first. */
            inferredCategories: components["schemas"]["FeedbackCategory"][];
            /** @description Parts of the recording in one language each, in order. Only in the response of Transcribe; empty without speech. */
            segments: components["schemas"]["TranscriptSegment"][];
        };
        /** @description TranscriptSegment is a part of a recording in one language. */
        TranscriptSegment: {
            /** @description Start of the part in the recording. */
            startOffset?: string;
            /** @description End of the part in the recording. */
            endOffset?: string;
            /** @description Spoken language, ISO 639-1. Empty when the language has no such code. */
            language: string;
            /** @description Text in the spoken language. */
            text: string;
            /** @description Text in English. Empty without a translation. */
            englishTranslation: string;
        };
        /** @description TranslateTextRequest contains a text to translate. */
        TranslateTextRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Text. 1 to 5,000 characters. Required. */
            text: string;
            /** @description Language of the text, ISO 639-1, with or without a region. Empty detects it. At most 16 characters. */
            sourceLanguage?: string;
            /** @description Language of the translation, ISO 639-1, with or without a region. Empty selects English. At most 16 characters. */
            targetLanguage?: string;
        };
        /** @description TranslateTextResponse contains a translation. */
        TranslateTextResponse: {
            /** @description Translated text. Unchanged when the text is in the target language already. */
            text: string;
            /** @description Language of the original, ISO 639-1. */
            sourceLanguage: string;
            /** @description Language of the translation, ISO 639-1. */
            targetLanguage: string;
        };
        /** @description TrustFactor is one factor of a trust weight. */
        TrustFactor: {
            /** @description Name of the factor: account_age, volume, diversity, alignment or experience; pinned for a pinned weight. */
            name: string;
            /**
             * Format: double
             * @description Value, in [0, 1].
             */
            value: number;
            /** @description Data that the value was computed from. */
            explanation: string;
        };
        /** @description TrustScore is the trust weight of a rater with its factors. */
        TrustScore: {
            /** @description Identifier of the rater. */
            userId: string;
            /**
             * Format: double
             * @description Trust weight, in [0.1, 1].
             */
            trust: number;
            /** @description Factors of the trust weight. */
            factors: components["schemas"]["TrustFactor"][];
            /** @description Whether the rater is an outlier. */
            outlier: boolean;
            /** @description Reason why the rater is an outlier. Empty for other raters. */
            outlierReason: string;
            /** @description Whether the trust weight is pinned. */
            pinned: boolean;
            /**
             * Format: date-time
             * @description Time of the last change.
             */
            updateTime?: string;
        };
        /** @description UnitContribution is the contribution of one unit: the feedback of one user on one output. */
        UnitContribution: {
            /** @description Identifier of the user. */
            userId: string;
            /**
             * Format: double
             * @description Weighted score, in [-1, 1].
             */
            weightedScore: number;
            /**
             * Format: double
             * @description Weighted score scaled to [0, 1].
             */
            score: number;
            /**
             * Format: double
             * @description Evidence of the unit, in [0.1, 1].
             */
            evidence: number;
            /**
             * Format: double
             * @description Trust weight of the user, in [0.1, 1].
             */
            trust: number;
            /** @description Models of the output. Each receives an equal share of the unit. */
            models: string[];
            /**
             * Format: double
             * @description Score of the explicit feedback: -1, 0 or 1. Absent without explicit feedback.
             */
            explicitScore?: number;
            /**
             * Format: double
             * @description Mean sentiment of the implicit signals, in [-1, 1]. Absent without signals.
             */
            implicitScore?: number;
            /**
             * Format: double
             * @description Sentiment of the voice feedback, in [-1, 1]. Absent without voice feedback.
             */
            voiceScore?: number;
        };
        /** @description UnmatchedFeedback is the feedback under an output id without a manifest. */
        UnmatchedFeedback: {
            /** @description Output id as the feedback states it. */
            outputId: string;
            /**
             * @description Number of votes.
             *
             *     A 64-bit integer as a string.
             */
            votes: string;
            /**
             * @description Number of signals.
             *
             *     A 64-bit integer as a string.
             */
            signals: string;
            /**
             * @description Number of voice comments.
             *
             *     A 64-bit integer as a string.
             */
            voiceComments: string;
            /**
             * @description Number of users with feedback.
             *
             *     A 64-bit integer as a string.
             */
            users: string;
            /**
             * Format: date-time
             * @description Time at which the first feedback was found to have no manifest.
             */
            firstTime?: string;
            /**
             * Format: date-time
             * @description Time at which the feedback is deleted if no manifest arrives. Absent if it is kept.
             */
            expireTime?: string;
        };
        /** @description UpdateExperimentRequest contains the new definition of an experiment. */
        UpdateExperimentRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description Identifier of the experiment, a UUID. Required.
             */
            experimentId: string;
            /** @description `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty skips the check. At most 64 digits. */
            etag?: string;
            /** @description New definition. Fields set by the service are ignored. Required. */
            experiment: components["schemas"]["ExperimentInput"];
        };
        /** @description UpdateExperimentResponse contains the experiment after the change. */
        UpdateExperimentResponse: {
            /** @description Experiment after the change. */
            experiment?: components["schemas"]["Experiment"];
            /** @description Whether the change opened a new epoch. */
            openedEpoch: boolean;
        };
        /** @description UpdateTenantSettingsRequest replaces the settings of a tenant. */
        UpdateTenantSettingsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description New settings. Required. They replace all previous settings: fields that are not sent get their defaults. A request with `global_learning` alone therefore removes the daily budget. */
            settings: components["schemas"]["TenantSettingsInput"];
        };
        /** @description UpdateTenantSettingsResponse contains the settings after the change. */
        UpdateTenantSettingsResponse: {
            /** @description Learning settings of the tenant. */
            settings?: components["schemas"]["TenantSettings"];
        };
        /** @description Variant is one way of routing. */
        Variant: {
            /** @description Name within the experiment. 1 to 64 characters. Required. */
            name: string;
            /** @description Configuration, in the schema of the experiment's type. At most 64 KiB as JSON. */
            config?: JsonObject;
            /**
             * Format: double
             * @description Share of this variant among the treatments, relative to their weights, from 0.000001 to 1,000,000. 0 means 1. Ignored for the control.
             */
            weight: number;
        };
        /** @description VariantCount contains counts of one variant in one epoch. */
        VariantCount: {
            /** @description Name of the variant. */
            variant: string;
            /**
             * Format: int32
             * @description Epoch.
             */
            epoch: number;
            /**
             * @description Number of users with an exposure.
             *
             *     A 64-bit integer as a string.
             */
            users: string;
            /**
             * @description Number of units with feedback. A unit is the feedback of one user on one output.
             *
             *     A 64-bit integer as a string.
             */
            units: string;
            /**
             * @description Number of units with a weighted score above 0.
             *
             *     A 64-bit integer as a string.
             */
            positiveUnits: string;
        };
        /** @description Variant is one way of routing. */
        VariantInput: {
            /** @description Name within the experiment. 1 to 64 characters. Required. */
            name: string;
            /** @description Configuration, in the schema of the experiment's type. At most 64 KiB as JSON. */
            config?: JsonObject;
            /**
             * Format: double
             * @description Share of this variant among the treatments, relative to their weights, from 0.000001 to 1,000,000. 0 means 1. Ignored for the control.
             */
            weight?: number;
        };
        /** @description VerifyAuditLogRequest names the log to verify. */
        VerifyAuditLogRequest: {
            /** @description Tenant of the log. Default: the tenant of the caller; another tenant is refused. For an operator who acts for all tenants, empty selects the log of the operators. At most 100 characters. */
            tenantId?: string;
        };
        /** @description VerifyAuditLogResponse is the result of the verification. */
        VerifyAuditLogResponse: {
            /** @description Whether no manipulation was found: every hash matches, no entry is missing, and the log agrees with the checkpoints. */
            intact: boolean;
            /**
             * @description Number of entries checked.
             *
             *     A 64-bit integer as a string.
             */
            entries: string;
            /**
             * @description Number of the first entry that does not match or that may be changed. 0 when the log is intact.
             *
             *     A 64-bit integer as a string.
             */
            firstBrokenSequence: string;
            /** @description Hash of the last entry, in hexadecimal. Empty when the log is empty. */
            lastHash: string;
            /**
             * @description Number of the last entry that a signed checkpoint covers and that agrees with it. Later entries could be replaced by the owner of the database without a finding. 0 without a checkpoint.
             *
             *     A 64-bit integer as a string.
             */
            anchoredSequence: string;
            /**
             * Format: date-time
             * @description Time of that checkpoint. Not set without a checkpoint.
             */
            anchoredTime?: string;
            /**
             * @description Number of that checkpoint, from 1. 0 without a checkpoint.
             *
             *     A 64-bit integer as a string.
             */
            checkpoint: string;
            /** @description Findings. Some limit the result and do not show a manipulation; see AuditFindingKind. */
            findings: components["schemas"]["AuditFinding"][];
        };
        /** @description VoiceDepth is the number of voice comments with one status. */
        VoiceDepth: {
            /** @description Status. */
            status: components["schemas"]["VoiceStatus"];
            /**
             * @description Number of voice comments.
             *
             *     A 64-bit integer as a string.
             */
            count: string;
        };
        /** @description VoiceHeader describes a voice comment. */
        VoiceHeader: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /**
             * Format: uuid
             * @description Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer.
             */
            requestId: string;
            /** @description Output, speaker and source of the comment. Required. */
            feedback: components["schemas"]["IngestVoiceFeedback"];
        };
        /**
         * @description VoiceStatus is the state of a transcription. Later versions may add values.
         *
         *     - VOICE_STATUS_UNSPECIFIED: Not set.
         *     - VOICE_STATUS_PENDING: Waiting for a worker, for the first or a later attempt.
         *     - VOICE_STATUS_PROCESSING: In progress.
         *     - VOICE_STATUS_COMPLETED: Transcribed. The comment counts as feedback.
         *     - VOICE_STATUS_FAILED: Failed. `error_code` states the error.
         *     - VOICE_STATUS_NO_SPEECH: Complete. The recording contains no speech.
         * @enum {string}
         */
        VoiceStatus: "VOICE_STATUS_UNSPECIFIED" | "VOICE_STATUS_PENDING" | "VOICE_STATUS_PROCESSING" | "VOICE_STATUS_COMPLETED" | "VOICE_STATUS_FAILED" | "VOICE_STATUS_NO_SPEECH";
        /** @description VoiceFeedback is a voice comment on an output with the state of its transcription. */
        VoiceVoiceFeedback: {
            /** @description Identifier of the voice feedback, a UUID. */
            voiceId: string;
            /** @description Identifier of the output that the comment refers to. */
            outputId: string;
            /** @description Identifier of the speaker. */
            userId: string;
            /** @description Place where the feedback was given. */
            source: components["schemas"]["FeedbackSource"];
            /** @description State of the transcription. */
            status: components["schemas"]["VoiceStatus"];
            /**
             * Format: date-time
             * @description Time of submission.
             */
            createTime?: string;
            /**
             * Format: date-time
             * @description Time of the last change.
             */
            updateTime?: string;
            /**
             * Format: date-time
             * @description Time at which the transcription ended. Absent before.
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
            /** @description Whether the recording is still stored. */
            audioKept: boolean;
            /** @description Result of the transcription. Absent until the status is completed or no_speech. */
            transcript?: components["schemas"]["Transcript"];
            /**
             * Format: int32
             * @description Number of attempts.
             */
            attempts: number;
            /**
             * Format: date-time
             * @description Earliest time of the next attempt. Absent when no attempt is scheduled.
             */
            nextAttemptTime?: string;
            /** @description Error of the last attempt, in lower_snake_case. Empty without an error. */
            errorCode: string;
            /** @description Error of the last attempt as a sentence. Empty without an error. */
            errorMessage: string;
        };
        /** @description WatchExperimentsRequest selects the tenant. */
        WatchExperimentsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
        };
        /** @description WatchExperimentsResponse contains the running experiments, or is a keepalive. */
        WatchExperimentsResponse: {
            /** @description All running experiments of the tenant. Empty in a keepalive. */
            experiments: components["schemas"]["Experiment"][];
            /** @description Whether `experiments` contains the whole set. False in a keepalive. A message is sent at least every 10 seconds. */
            changed: boolean;
            /**
             * Format: date-time
             * @description Time at which the message was sent.
             */
            sendTime?: string;
            /** @description Identifier of the tenant of the stream. Targeting and holdouts depend on it. */
            tenantId: string;
        };
        /** @description WatchRecommendationsRequest selects the entries of the table. */
        WatchRecommendationsRequest: {
            /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
            tenantId?: string;
            /** @description Users whose own entries are sent in addition to the entries of the tenant. At most 1,000 distinct identifiers. */
            userIds?: string[];
            /** @description Tasks to send. Empty selects all tasks. At most 64 distinct tasks. */
            taskTypes?: string[];
            /** @description Strategy that the propensities are computed for. Unspecified selects the strategy of the service's settings. */
            strategy?: components["schemas"]["Strategy"];
        };
        /** @description WatchRecommendationsResponse is a part of the table or a keepalive. */
        WatchRecommendationsResponse: {
            /** @description New and changed entries. Empty in a keepalive. A message is sent at least every 10 seconds. */
            entries: components["schemas"]["TableEntry"][];
            /** @description Whether all entries that existed at the start of the stream have been sent. */
            snapshotComplete: boolean;
            /**
             * @description Version of the learned scores. When it changes, entries of earlier versions are invalid.
             *
             *     A 64-bit integer as a string.
             */
            tableVersion: string;
            /**
             * Format: date-time
             * @description Time at which the message was sent.
             */
            sendTime?: string;
        };
        /**
         * @description WinnerRule is the condition under which a treatment wins.
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
        /** @description A rate limit or quota is exceeded; Retry-After contains the seconds to wait. */
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
        /** @description The deadline of the request was exceeded. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
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
                    /** @description Output, speaker and source of the comment. Required. */
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
    retractFeedback: {
        parameters: {
            query?: {
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
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
                    /** @description Identifier of the output. 1 to 1,000 characters. Required. */
                    outputId: string;
                    /** @description Identifier of the user. 1 to 200 characters. Required. */
                    userId: string;
                    /** @description Kinds of feedback to retract. Empty retracts all kinds. At most 3 distinct values. */
                    kinds?: components["schemas"]["FeedbackKind"][];
                    /**
                     * Format: date-time
                     * @description Time of the retraction by the clock of the client. Default: the time of receipt. Feedback with a later time is kept.
                     */
                    clientTime?: string;
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
                    "application/json": components["schemas"]["RetractFeedbackResponse"];
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Identifier of the output. 1 to 1,000 characters. Required. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Identifier of the user who sees the widget. Empty when unknown. At most 200 characters. */
                userId?: string;
                /** @description Identifier of the output beside the widget. Empty when unknown. At most 100 characters. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
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
                    /** @description Signals to store. 1 to 1,000. Their `signal_value`s hold at most 40,000 JSON values in total, unless the operator sets another limit. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Maximum number of outputs per page. 0 selects the default of 50. Values above 200 are reduced to 200. */
                pageSize?: number;
                /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
                pageToken?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Identifier of the conversation. 1 to 200 characters. Required. */
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
    recordOutcome: {
        parameters: {
            query?: {
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Identifier or alias of the output, whose manifest may not have arrived yet. 1 to 1,000 characters. Required. */
                outputId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Result of the call. Required. */
                    outcome: components["schemas"]["OutcomeInput"];
                    /**
                     * Format: int32
                     * @description Number of tokens of the prompt, from 0 to 1,000,000,000. Absent when unknown.
                     */
                    inputTokens?: number;
                    /**
                     * Format: int32
                     * @description Number of tokens of the output, from 0 to 1,000,000,000. Absent when unknown.
                     */
                    outputTokens?: number;
                    /**
                     * Format: double
                     * @description Time from the request to the last token, in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
                     */
                    totalLatencyMs?: number;
                    /**
                     * Format: double
                     * @description Time from the request to the first token, in milliseconds, from 0 to 86,400,000 (24 hours). Absent when unknown.
                     */
                    timeToFirstTokenMs?: number;
                    /**
                     * Format: double
                     * @description Cost of the call in US dollars, from 0 to 1,000,000. Absent when unknown; 0 states that the call was free.
                     */
                    totalCost?: number;
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
                    "application/json": components["schemas"]["RecordOutcomeResponse"];
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
    getRecommendation: {
        parameters: {
            query: {
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Identifier of the user. Empty selects an answer at tenant scope. At most 200 characters. */
                userId?: string;
                /** @description Task, as in `ExecutionManifest.task_type`. 1 to 64 characters. Required. */
                taskType: string;
                /** @description Domain, as in `ExecutionManifest.domain_mode`. Empty means general. At most 64 characters. */
                domainMode?: string;
                /** @description Models to choose from. Empty selects all models with feedback of the tenant. At most 256 distinct identifiers. */
                candidates?: string[];
                /** @description Models that must not be chosen. At most 256 distinct identifiers. */
                excludedModels?: string[];
                /** @description Capabilities that the model must have according to `profiles`. At most 32 distinct names. */
                requiredCapabilities?: string[];
                /** @description Properties of models. Required for constraints and for the weight of cost. At most 256. */
                profiles?: components["schemas"]["ModelProfile"][];
                /** @description Maximum cost of the request in US dollars, from 0 to 1,000,000. Absent means no limit. */
                costMax?: number;
                /** @description Maximum latency in milliseconds, from 0 to 86,400,000 (24 hours). Absent means no limit. */
                latencyMsMax?: number;
                /** @description Quality given up for the cost of the most expensive candidate, in [0, 1]. 0 ranks by quality alone. The daily budget of the tenant may increase it. */
                costWeight?: number;
                /** @description Strategy of the choice. Unspecified selects the strategy of the service's settings. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Scope of the scores. Required. */
                scope: components["schemas"]["Scope"];
                /** @description Identifier of the user. Required at user scope; must be empty at other scopes. At most 200 characters. */
                userId?: string;
                /** @description Identifier of the model. Empty matches all. At most 200 characters. */
                model?: string;
                /** @description Task, as in `ExecutionManifest.task_type`. Empty matches all. At most 64 characters. */
                taskType?: string;
                /** @description Domain, as in `ExecutionManifest.domain_mode`. Empty matches all. At most 64 characters. */
                domainMode?: string;
                /** @description Whether to include the roll-ups over tasks and domains. Default: false. */
                includeRollups?: boolean;
                /** @description Maximum number of scores per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000. */
                pageSize?: number;
                /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
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
    recordDecisions: {
        parameters: {
            query?: {
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Decisions. 1 to 500. Required. */
                    decisions: components["schemas"]["ClientDecision"][];
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
                    "application/json": components["schemas"]["RecordDecisionsResponse"];
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
    learnOutput: {
        parameters: {
            query?: {
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Identifier of the output. 1 to 100 characters. Required. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Spoken language, ISO 639-1. Empty detects it. At most 3 characters. */
                language?: string;
                /** @description Whether to skip the English translation, which takes about as long as the transcription. Default: false. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Text. 1 to 5,000 characters. Required. */
                    text: string;
                    /** @description Language of the text, ISO 639-1, with or without a region. Empty detects it. At most 16 characters. */
                    sourceLanguage?: string;
                    /** @description Language of the translation, ISO 639-1, with or without a region. Empty selects English. At most 16 characters. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description State of the experiments. Unspecified matches all. */
                state?: components["schemas"]["ExperimentState"];
                /** @description Maximum number of experiments per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000. */
                pageSize?: number;
                /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Whether the experiment covers all tenants. Only operators may set it. Default: false. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description ETag of the state that the caller has read. The gateway returns 412 if the state has changed. */
                "If-Match"?: string;
            };
            path: {
                /** @description Identifier of the experiment, a UUID. Required. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Earliest time of an output, inclusive. Default: 30 days before `end_time`. At most 400 days before `end_time`. */
                startTime?: string;
                /** @description Latest time of an output, exclusive. Default: now. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Earliest time of an output, inclusive. Default: no limit. */
                startTime?: string;
                /** @description Latest time of an output, exclusive. Default: no limit. */
                endTime?: string;
                /** @description Identifier of a model that produced the output. Empty matches all. At most 200 characters. */
                model?: string;
                /** @description Task of the output. Empty matches all. At most 64 characters. */
                taskType?: string;
                /** @description Domain of the output. Empty matches all. At most 64 characters. */
                domainMode?: string;
                /** @description Identifier of the user who received the output. Empty matches all. At most 200 characters. */
                userId?: string;
                /** @description Identifier of the conversation of the output. Empty matches all. At most 200 characters. */
                conversationId?: string;
                /** @description Only outputs with a current rating of this value. Unspecified matches all. */
                rating?: components["schemas"]["Rating"];
                /** @description Only outputs with a current rating that names this category. Unspecified matches all. */
                category?: components["schemas"]["FeedbackCategory"];
                /** @description Only outputs with a current signal of this type. Unspecified matches all. */
                signalType?: components["schemas"]["SignalType"];
                /** @description Only outputs with current feedback of any kind. Default: false. */
                withFeedback?: boolean;
                /** @description Only outputs with a current written comment. Default: false. */
                withComment?: boolean;
                /** @description Only outputs with a current voice comment. Default: false. */
                withVoice?: boolean;
                /** @description Maximum number of outputs per page. 0 selects the default of 50. Values above 200 are reduced to 200. */
                pageSize?: number;
                /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description ETag of a cached response. The gateway returns 304 without a body while that response is current. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Identifier of the output. 1 to 1,000 characters. Required. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Identifier of the user, in any spelling with the same user key. The erasure includes rows that earlier versions stored under another spelling. 1 to 200 characters. Required. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: never;
            path: {
                /** @description Identifier of the user. 1 to 200 characters. Required. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Maximum number of erasures per page. 0 selects the default of 50. Values above 200 are reduced to 200. */
                pageSize?: number;
                /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
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
    listEvaluators: {
        parameters: {
            query?: {
                /** @description Tenant of the evaluators. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
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
                    "application/json": components["schemas"]["ListEvaluatorsResponse"];
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
    registerEvaluator: {
        parameters: {
            query?: {
                /** @description Tenant of the evaluator. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Name of the evaluator, such as `relevance`; normalised as `user_id`. A tenant has at most 1,000 evaluators. 1 to 190 characters. Required. */
                name: string;
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
                    "application/json": components["schemas"]["RegisterEvaluatorResponse"];
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
    removeEvaluator: {
        parameters: {
            query?: {
                /** @description Tenant of the evaluator. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Name of the evaluator. An unknown name is refused with NOT_FOUND (EVALUATOR_UNKNOWN). 1 to 190 characters. Required. */
                name: string;
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
                    "application/json": components["schemas"]["RemoveEvaluatorResponse"];
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
    listAuditEntries: {
        parameters: {
            query?: {
                /** @description Tenant of the log. Default: the tenant of the caller; another tenant is refused. For an operator who acts for all tenants, empty selects the log of the operators. At most 100 characters. */
                tenantId?: string;
                /** @description Subject of the token of the caller who made the change, as an exact match. Empty matches all. At most 200 characters. */
                actor?: string;
                /** @description Name of the action, such as experiment.start, as an exact match. Empty matches all. At most 100 characters. */
                action?: string;
                /** @description Identifier of the changed object, as an exact match. Empty matches all. At most 200 characters. */
                target?: string;
                /** @description Earliest time of an entry, inclusive. Default: no limit. */
                startTime?: string;
                /** @description Latest time of an entry, exclusive. Default: no limit. */
                endTime?: string;
                /** @description Maximum number of entries per page. 0 selects the default of 50. Values above 500 are reduced to 500. */
                pageSize?: number;
                /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Only outliers. Default: false. */
                outliersOnly?: boolean;
                /** @description Maximum number of scores per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000. */
                pageSize?: number;
                /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Identifier of the rater, who may not have given feedback yet. 1 to 200 characters. Required. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: double
                     * @description Trust weight, in [0.1, 1]. Required.
                     */
                    trust?: number;
                    /** @description Reason for the pin, shown in ListTrustScores. 1 to 500 characters. Required. */
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
                /** @description Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Identifier of a rater with a trust score. 1 to 200 characters. Required. */
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
    listModelAliases: {
        parameters: {
            query?: {
                /** @description Tenant of the aliases. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Maximum number of aliases per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000. */
                pageSize?: number;
                /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,000 characters. */
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
                    "application/json": components["schemas"]["ListModelAliasesResponse"];
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
    setModelAlias: {
        parameters: {
            query?: {
                /** @description Tenant of the alias. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
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
                    /** @description Name that programs use. A tenant has at most 10,000 aliases. 1 to 200 characters. Required. */
                    alias: string;
                    /** @description Model to credit. The name of the alias itself excludes it from the automatic rules. 1 to 200 characters. Required. */
                    model: string;
                    /** @description Version of the model, for manifests that state none. Empty for the unnamed version. At most 100 characters. */
                    version?: string;
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
                    "application/json": components["schemas"]["SetModelAliasResponse"];
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
    deleteModelAlias: {
        parameters: {
            query: {
                /** @description Tenant of the alias. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Alias. An unknown alias is refused with NOT_FOUND (ALIAS_UNKNOWN). 1 to 200 characters. Required. */
                alias: string;
            };
            header?: {
                /** @description A repeated request with the same key returns the first response for 24 hours. */
                "Idempotency-Key"?: string;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeleteModelAliasResponse"];
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
    listUnmatchedFeedback: {
        parameters: {
            query?: {
                /** @description Tenant of the feedback. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
                tenantId?: string;
                /** @description Maximum number of outputs per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000. */
                pageSize?: number;
                /** @description `next_page_token` of the previous page. Empty for the first page. At most 2,000 characters. */
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
                    "application/json": components["schemas"]["ListUnmatchedFeedbackResponse"];
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
    matchFeedback: {
        parameters: {
            query?: {
                /** @description Tenant of the feedback. Default: the tenant of the caller; another tenant is refused. Required for an operator who acts for all tenants. At most 100 characters. */
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
                    /** @description Output id that the feedback states. A recorded output is refused with FAILED_PRECONDITION (OUTPUT_RECORDED). 1 to 1,000 characters. Required. */
                    feedbackOutputId: string;
                    /** @description Recorded output that the feedback belongs to. An unknown one is refused with NOT_FOUND (OUTPUT_UNKNOWN). 1 to 100 characters. Required. */
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
                    "application/json": components["schemas"]["MatchFeedbackResponse"];
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
}

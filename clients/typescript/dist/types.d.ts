export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
    [name: string]: JsonValue;
}
/** Results is the analysis of an experiment at one time. */
export interface Results {
    /** Identifier of the experiment. */
    experimentId: string;
    /** Time of the analysis. */
    analyzeTime?: string;
    /** Users and units of each variant, by epoch. */
    variants: VariantCount[];
    /** Test of the sample ratio, by epoch. */
    sampleRatios: SampleRatio[];
    /** Comparisons of each treatment with the control, by metric. */
    comparisons: Comparison[];
    /** Winner: control, treatment or inconclusive. */
    winner: string;
    /** Name of the variant that wins. Empty when the analysis is inconclusive. */
    winningVariant: string;
    /** Whether to deploy the winner. True when every criterion passed. */
    shouldDeploy: boolean;
    /** Criteria of deployment with their values. */
    criteria: Criterion[];
    /** Whether the confidence sequence allows the experiment to stop now. */
    mayStop: boolean;
    /** Condition that prevents a verdict, as a sentence. Empty when none does. */
    blocked: string;
}
/** VariantCount contains counts of one variant in one epoch. */
export interface VariantCount {
    /** Name of the variant. */
    variant: string;
    /** Epoch. */
    epoch: number;
    /** Number of users with an exposure. */
    users: string;
    /** Number of units with feedback. A unit is the feedback of one user on one output. */
    units: string;
    /** Number of units with a weighted score above 0. */
    positiveUnits: string;
}
/** SampleRatio is the test of the observed against the planned shares of users in one epoch. */
export interface SampleRatio {
    /** Epoch. */
    epoch: number;
    /** p-value of the chi-square test, in [0, 1]. */
    pValue: number;
    /** Whether the p-value is below 0.001. If true, the analysis gives no verdict. */
    alarm: boolean;
}
/** Comparison is the comparison of one treatment with the control by one metric. */
export interface Comparison {
    /** Name of the metric. */
    metric: string;
    /** Name of the treatment. */
    variant: string;
    /** Mean of the control. */
    controlMean: number;
    /** Mean of the treatment. */
    treatmentMean: number;
    /** Mean of the treatment minus mean of the control. */
    difference: number;
    /** Lower bound of the fixed-horizon confidence interval. */
    lower: number;
    /** Upper bound of the fixed-horizon confidence interval. */
    upper: number;
    /** p-value of the fixed-horizon test, in [0, 1]. 1 when it cannot be computed. */
    pValue: number;
    /** p-value adjusted over metrics by the method of Holm, in [0, 1]. */
    pHolm: number;
    /** p-value adjusted over metrics by the method of Benjamini and Hochberg, in [0, 1]. */
    pBenjaminiHochberg: number;
    /** Lower bound of the confidence sequence, which is valid at every interim analysis. */
    sequenceLower: number;
    /** Upper bound of the confidence sequence. */
    sequenceUpper: number;
    /** Effect size: Cohen's d, or Cohen's h for proportions. */
    effectSize: number;
    /** Name of the test that gave the p-value. */
    test: string;
    /** Whether the confidence sequence excludes a difference of 0. */
    significantAnytime: boolean;
}
/** Criterion is one criterion of deployment. */
export interface Criterion {
    /** Name: significance, direction, users, duration, latency, sample_ratio or guardrail:<metric>. */
    name: string;
    /** Measured value. */
    value: number;
    /** Required value. */
    threshold: number;
    /** Whether the criterion passed. */
    passed: boolean;
    /** Explanation as a sentence. */
    explanation: string;
}
/** ResultLook is a stored interim result. */
export interface ResultLook {
    /** Time of the interim analysis. */
    takeTime?: string;
    /** Comparisons of each treatment with the control, by metric. */
    comparisons: LookedComparison[];
}
/** LookedComparison is the comparison of one treatment with the control by one metric in an interim result. */
export interface LookedComparison {
    /** Name of the metric. */
    metric: string;
    /** Name of the treatment. */
    variant: string;
    /** Mean of the treatment minus mean of the control. */
    difference: number;
    /** Lower bound of the confidence sequence. */
    sequenceLower: number;
    /** Upper bound of the confidence sequence. */
    sequenceUpper: number;
    /** Number of users with an exposure to the control, over all epochs. */
    controlUsers: string;
    /** Number of users with an exposure to the treatment, over all epochs. */
    treatmentUsers: string;
}
/** ExperimentType is the object of an experiment. Later versions may add values. */
export type ExperimentType = 
/** Not set. Invalid in requests. */
"EXPERIMENT_TYPE_UNSPECIFIED"
/** The model that answers. */
 | "EXPERIMENT_TYPE_MODEL_ROUTING"
/** The orchestration that runs. */
 | "EXPERIMENT_TYPE_ORCHESTRATION"
/** The service that takes part. */
 | "EXPERIMENT_TYPE_SERVICE"
/** The prompt. */
 | "EXPERIMENT_TYPE_PROMPT";
/** ExperimentState is the state of an experiment. */
export type ExperimentState = 
/** Not set. Never returned. */
"EXPERIMENT_STATE_UNSPECIFIED"
/** In preparation. Assigns no users. */
 | "EXPERIMENT_STATE_DRAFT"
/** Running. Assigns users. */
 | "EXPERIMENT_STATE_RUNNING"
/** Paused. Assigns no users. */
 | "EXPERIMENT_STATE_PAUSED"
/** Ended with results. */
 | "EXPERIMENT_STATE_COMPLETED"
/** Ended without results. */
 | "EXPERIMENT_STATE_CANCELLED";
/** MetricDirection is the direction in which a metric improves. */
export type MetricDirection = 
/** Not set. Invalid in requests. */
"METRIC_DIRECTION_UNSPECIFIED"
/** Larger values are better. */
 | "METRIC_DIRECTION_UP"
/** Smaller values are better. */
 | "METRIC_DIRECTION_DOWN";
/** WinnerRule is the condition under which a treatment wins. */
export type WinnerRule = 
/** Superiority. */
"WINNER_RULE_UNSPECIFIED"
/** Quality is better. */
 | "WINNER_RULE_SUPERIORITY"
/** Quality is not worse and cost is lower. */
 | "WINNER_RULE_NOT_INFERIOR_CHEAPER"
/** Quality is not worse and latency is lower. */
 | "WINNER_RULE_NOT_INFERIOR_FASTER";
/** Experiment compares ways of routing requests on real users. The first variant is the control. */
export interface Experiment {
    /** Identifier of the experiment, a UUID. Set by the service. */
    experimentId: string;
    /** Identifier of the tenant. Empty for an experiment over all tenants. Set by the service. */
    tenantId: string;
    /** Display name. 1 to 200 characters. Required. */
    displayName: string;
    /** Expected effect and its reason. At most 2,000 characters. Default: empty. */
    hypothesis: string;
    /** Object of the experiment. Required. */
    type: ExperimentType;
    /** State of the experiment. Set by the service. */
    state: ExperimentState;
    /** Variants with distinct names, the control first. 2 to 8. */
    variants: Variant[];
    /**
     * Share of users in treatment, all treatments together, in [0, 1]. Raising it never moves a treated user back to the
     * control.
     */
    trafficPercentage: number;
    /** Users that the experiment covers. Absent covers all users. */
    targeting?: Targeting;
    /** Name of the layer. Experiments of one layer never share a user. Empty means no layer. At most 64 characters. */
    layer: string;
    /** Start of the experiment's range of the layer, in [0, 1]. Default: 0. */
    layerStart: number;
    /** End of the experiment's range of the layer, in [0, 1]. 0 means 1. */
    layerEnd: number;
    /** Share of users excluded from every experiment of the layer, in [0, 1]. Default: 0. */
    holdout: number;
    /**
     * Fixed variants for testers, by user. They take precedence over the assignment, and their outcomes are not analysed.
     * At most 100 entries.
     */
    forcedVariants: Record<string, string>;
    /** Metrics in addition to the positive rate. At most 20. */
    metrics: Metric[];
    /** Condition under which a treatment wins. Unspecified means superiority. */
    winnerRule: WinnerRule;
    /** Probability of a type I error, in (0, 0.5]. 0 means 0.05. */
    alpha: number;
    /** Minimum number of users per variant for a verdict. At most 100,000,000. 0 means 1,000. */
    usersMin: number;
    /** Minimum duration for a verdict. Default: 168 hours. */
    durationMin?: string;
    /** Number of the current epoch. Set by the service. The analysis is stratified by epoch. */
    epoch: number;
    /** Version of the experiment for optimistic concurrency control. Set by the service. */
    etag: string;
    /** Time of creation. */
    createTime?: string;
    /** Time of the last change. */
    updateTime?: string;
    /** Time of the first start. Absent before the start. */
    startTime?: string;
    /** Time of completion or cancellation. Absent before the end. */
    endTime?: string;
}
/** Experiment compares ways of routing requests on real users. The first variant is the control. */
export interface ExperimentInput {
    /** Identifier of the experiment, a UUID. Set by the service. */
    experimentId?: string;
    /** Identifier of the tenant. Empty for an experiment over all tenants. Set by the service. */
    tenantId?: string;
    /** Display name. 1 to 200 characters. Required. */
    displayName: string;
    /** Expected effect and its reason. At most 2,000 characters. Default: empty. */
    hypothesis?: string;
    /** Object of the experiment. Required. */
    type: ExperimentType;
    /** State of the experiment. Set by the service. */
    state?: ExperimentState;
    /** Variants with distinct names, the control first. 2 to 8. */
    variants: VariantInput[];
    /**
     * Share of users in treatment, all treatments together, in [0, 1]. Raising it never moves a treated user back to the
     * control.
     */
    trafficPercentage?: number;
    /** Users that the experiment covers. Absent covers all users. */
    targeting?: TargetingInput;
    /** Name of the layer. Experiments of one layer never share a user. Empty means no layer. At most 64 characters. */
    layer?: string;
    /** Start of the experiment's range of the layer, in [0, 1]. Default: 0. */
    layerStart?: number;
    /** End of the experiment's range of the layer, in [0, 1]. 0 means 1. */
    layerEnd?: number;
    /** Share of users excluded from every experiment of the layer, in [0, 1]. Default: 0. */
    holdout?: number;
    /**
     * Fixed variants for testers, by user. They take precedence over the assignment, and their outcomes are not analysed.
     * At most 100 entries.
     */
    forcedVariants?: Record<string, string>;
    /** Metrics in addition to the positive rate. At most 20. */
    metrics?: MetricInput[];
    /** Condition under which a treatment wins. Unspecified means superiority. */
    winnerRule?: WinnerRule;
    /** Probability of a type I error, in (0, 0.5]. 0 means 0.05. */
    alpha?: number;
    /** Minimum number of users per variant for a verdict. At most 100,000,000. 0 means 1,000. */
    usersMin?: number;
    /** Minimum duration for a verdict. Default: 168 hours. */
    durationMin?: string;
    /** Number of the current epoch. Set by the service. The analysis is stratified by epoch. */
    epoch?: number;
    /** Version of the experiment for optimistic concurrency control. Set by the service. */
    etag?: string;
    /** Time of creation. */
    createTime?: string;
    /** Time of the last change. */
    updateTime?: string;
    /** Time of the first start. Absent before the start. */
    startTime?: string;
    /** Time of completion or cancellation. Absent before the end. */
    endTime?: string;
}
/** Variant is one way of routing. */
export interface Variant {
    /** Name within the experiment. 1 to 64 characters. Required. */
    name: string;
    /** Configuration, in the schema of the experiment's type. At most 64 KiB as JSON. */
    config?: JsonObject;
    /**
     * Share of this variant among the treatments, relative to their weights. At least 0. 0 means 1. Ignored for the
     * control.
     */
    weight: number;
}
/** Variant is one way of routing. */
export interface VariantInput {
    /** Name within the experiment. 1 to 64 characters. Required. */
    name: string;
    /** Configuration, in the schema of the experiment's type. At most 64 KiB as JSON. */
    config?: JsonObject;
    /**
     * Share of this variant among the treatments, relative to their weights. At least 0. 0 means 1. Ignored for the
     * control.
     */
    weight?: number;
}
/** Targeting selects the users that an experiment covers: those who match all conditions. */
export interface Targeting {
    /** Tasks. Empty matches all. At most 64 distinct tasks. */
    taskTypes: string[];
    /** Domains. Empty matches all. At most 64 distinct domains. */
    domainModes: string[];
    /** Tenants of an experiment over all tenants. Empty matches all. At most 1,000 distinct identifiers. */
    tenantIds: string[];
    /** Conditions on attributes of the user. At most 16. */
    attributes: AttributeCondition[];
}
/** Targeting selects the users that an experiment covers: those who match all conditions. */
export interface TargetingInput {
    /** Tasks. Empty matches all. At most 64 distinct tasks. */
    taskTypes?: string[];
    /** Domains. Empty matches all. At most 64 distinct domains. */
    domainModes?: string[];
    /** Tenants of an experiment over all tenants. Empty matches all. At most 1,000 distinct identifiers. */
    tenantIds?: string[];
    /** Conditions on attributes of the user. At most 16. */
    attributes?: AttributeConditionInput[];
}
/** AttributeCondition matches users whose attribute has one of several values. */
export interface AttributeCondition {
    /** Name of the attribute. 1 to 64 characters. Required. */
    name: string;
    /** Matching values. At most 64 distinct values of at most 200 characters. */
    values: string[];
}
/** AttributeCondition matches users whose attribute has one of several values. */
export interface AttributeConditionInput {
    /** Name of the attribute. 1 to 64 characters. Required. */
    name: string;
    /** Matching values. At most 64 distinct values of at most 200 characters. */
    values?: string[];
}
/** Metric is a quantity that an experiment measures. */
export interface Metric {
    /**
     * Name: positive_rate, mean_score, cost, latency_ms or a name that clients send in `Exposure.metrics`. 1 to 64
     * characters. Required.
     */
    name: string;
    /** Direction in which the metric improves. Required. */
    direction: MetricDirection;
    /** Whether the metric is a guardrail, which a treatment must not worsen. Default: false. */
    guardrail: boolean;
    /** Relative loss that counts as no loss, in [0, 1]. Default: 0. */
    margin: number;
}
/** Metric is a quantity that an experiment measures. */
export interface MetricInput {
    /**
     * Name: positive_rate, mean_score, cost, latency_ms or a name that clients send in `Exposure.metrics`. 1 to 64
     * characters. Required.
     */
    name: string;
    /** Direction in which the metric improves. Required. */
    direction: MetricDirection;
    /** Whether the metric is a guardrail, which a treatment must not worsen. Default: false. */
    guardrail?: boolean;
    /** Relative loss that counts as no loss, in [0, 1]. Default: 0. */
    margin?: number;
}
/** Assignment is the assignment of a user to a variant. */
export interface Assignment {
    /** Identifier of the experiment. */
    experimentId: string;
    /** Name of the variant. Empty when the user is in none. */
    variant: string;
    /** Epoch of the assignment. */
    epoch: number;
    /** Whether the outcomes of the user are analysed. */
    analysed: boolean;
    /** Reason: bucket, forced, not_covered, holdout, outside_layer, unassigned or not_running. */
    reason: string;
    /** Configuration of the variant. */
    config?: JsonObject;
}
/** CreateExperimentRequest contains the experiment to create. */
export interface CreateExperimentRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Experiment. Fields set by the service are ignored. Required. */
    experiment: ExperimentInput;
    /** Whether the experiment covers all tenants. Only operators may set it. Default: false. */
    allTenants?: boolean;
}
/** CreateExperimentResponse contains the draft. */
export interface CreateExperimentResponse {
    /** Draft, with the fields set by the service. */
    experiment?: Experiment;
}
/** GetExperimentRequest names one experiment. */
export interface GetExperimentRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
}
/** GetExperimentResponse contains one experiment. */
export interface GetExperimentResponse {
    /** Current state of the experiment. */
    experiment?: Experiment;
}
/** ListExperimentsRequest selects experiments. */
export interface ListExperimentsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** State of the experiments. Unspecified matches all. */
    state?: ExperimentState;
    /** Maximum number of experiments per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000. */
    pageSize?: number;
    /** `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
    pageToken?: string;
}
/** ListExperimentsResponse is one page of experiments. */
export interface ListExperimentsResponse {
    /** Experiments of the tenant and experiments over all tenants, newest first. */
    experiments: Experiment[];
    /** Token of the next page. Empty on the last page. */
    nextPageToken: string;
}
/** UpdateExperimentRequest contains the new definition of an experiment. */
export interface UpdateExperimentRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /**
     * `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty
     * skips the check. At most 64 digits.
     */
    etag?: string;
    /** New definition. Fields set by the service are ignored. Required. */
    experiment: ExperimentInput;
}
/** UpdateExperimentResponse contains the experiment after the change. */
export interface UpdateExperimentResponse {
    /** Experiment after the change. */
    experiment?: Experiment;
    /** Whether the change opened a new epoch. */
    openedEpoch: boolean;
}
/** StartExperimentRequest names the draft to start. */
export interface StartExperimentRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /**
     * `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty
     * skips the check. At most 64 digits.
     */
    etag?: string;
    /** Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
    reason?: string;
}
/** StartExperimentResponse contains the experiment after the change. */
export interface StartExperimentResponse {
    /** Experiment after the change. */
    experiment?: Experiment;
}
/** PauseExperimentRequest names the experiment to pause. */
export interface PauseExperimentRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /**
     * `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty
     * skips the check. At most 64 digits.
     */
    etag?: string;
    /** Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
    reason?: string;
}
/** PauseExperimentResponse contains the experiment after the change. */
export interface PauseExperimentResponse {
    /** Experiment after the change. */
    experiment?: Experiment;
}
/** ResumeExperimentRequest names the experiment to resume. */
export interface ResumeExperimentRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /**
     * `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty
     * skips the check. At most 64 digits.
     */
    etag?: string;
    /** Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
    reason?: string;
}
/** ResumeExperimentResponse contains the experiment after the change. */
export interface ResumeExperimentResponse {
    /** Experiment after the change. */
    experiment?: Experiment;
}
/** CompleteExperimentRequest names the experiment to complete. */
export interface CompleteExperimentRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /**
     * `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty
     * skips the check. At most 64 digits.
     */
    etag?: string;
    /** Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
    reason?: string;
}
/** CompleteExperimentResponse contains the experiment after the change. */
export interface CompleteExperimentResponse {
    /** Experiment after the change. */
    experiment?: Experiment;
}
/** CancelExperimentRequest names the experiment to cancel. */
export interface CancelExperimentRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /**
     * `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty
     * skips the check. At most 64 digits.
     */
    etag?: string;
    /** Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
    reason?: string;
}
/** CancelExperimentResponse contains the experiment after the change. */
export interface CancelExperimentResponse {
    /** Experiment after the change. */
    experiment?: Experiment;
}
/** AssignVariantRequest asks for the variant of one user. */
export interface AssignVariantRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /** User, task and domain. Required. */
    context: AssignmentContext;
}
/** AssignmentContext describes the user and the request of an assignment. */
export interface AssignmentContext {
    /** Identifier of the user. 1 to 200 characters. Required. */
    userId: string;
    /** Task of the request. Empty matches no condition on tasks. At most 64 characters. */
    taskType?: string;
    /** Domain of the request. Empty means general. At most 64 characters. */
    domainMode?: string;
    /** Attributes of the user, by name. At most 32; names of 1 to 64 characters, values of at most 200. */
    attributes?: Record<string, string>;
}
/** AssignVariantResponse contains the assignment. */
export interface AssignVariantResponse {
    /** Assignment of the user. */
    assignment?: Assignment;
}
/** BatchAssignVariantsRequest asks for the variants of many users. */
export interface BatchAssignVariantsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /** Users and requests to assign. 1 to 1,000. */
    contexts: AssignmentContext[];
}
/** BatchAssignVariantsResponse contains the assignments. */
export interface BatchAssignVariantsResponse {
    /** One assignment per context, in the order of the request. */
    assignments: Assignment[];
}
/** WatchExperimentsRequest selects the tenant. */
export interface WatchExperimentsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
}
/** WatchExperimentsResponse contains the running experiments, or is a keepalive. */
export interface WatchExperimentsResponse {
    /** All running experiments of the tenant. Empty in a keepalive. */
    experiments: Experiment[];
    /** Whether `experiments` contains the whole set. False in a keepalive. A message is sent at least every 10 seconds. */
    changed: boolean;
    /** Time at which the message was sent. */
    sendTime?: string;
    /** Identifier of the tenant of the stream. Targeting and holdouts depend on it. */
    tenantId: string;
}
/** RecordExposuresRequest carries exposures. */
export interface RecordExposuresRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Exposures to store. 1 to 1,000. */
    exposures: Exposure[];
}
/** Exposure states that a user saw a variant, with metrics that the client measured. */
export interface Exposure {
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /** Identifier of the user. 1 to 200 characters. Required. */
    userId: string;
    /** Name of the variant. 1 to 64 characters. Required. */
    variant: string;
    /** Epoch of the assignment. At least 1. */
    epoch?: number;
    /** Identifier of the output that the user received. Empty for an exposure without an output. At most 100 characters. */
    outputId?: string;
    /** Metrics measured by the client, by name. At most 20; names of 1 to 64 characters, finite values. */
    metrics?: Record<string, number>;
    /** Time of the exposure. Default: the time of receipt. At most 5 minutes in the future, not before 2020. */
    exposureTime?: string;
}
/** RecordExposuresResponse confirms that the exposures are durable. */
export interface RecordExposuresResponse {
    /** Number of new exposures. */
    recordedCount: number;
    /** Number of exposures that were stored before. */
    duplicateCount: number;
}
/** GetResultsRequest names the experiment to analyse. */
export interface GetResultsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /** Whether to include earlier interim results. Default: false. */
    withHistory?: boolean;
}
/** GetResultsResponse contains the analysis of an experiment. */
export interface GetResultsResponse {
    /** Current analysis. */
    results?: Results;
    /**
     * Earlier interim results, oldest first, if requested. Interim results are stored every hour while the experiment
     * runs, at most every 10 minutes when results are requested, and at completion. After 14 days, one per 6 hours is
     * kept; after 90 days, one per day. The answer contains at most the latest 2,000; if they exceed 3 MB, it contains an
     * evenly spaced selection.
     */
    history: ResultLook[];
}
/** PlanSampleSizeRequest contains the parameters of a sample size computation. */
export interface PlanSampleSizeRequest {
    /** Known rate of the control, in (0, 1). Required. */
    baselineRate?: number;
    /**
     * Smallest difference to detect, as an absolute difference of rates, in (-1, 1) and not 0. `baseline_rate` + `effect`
     * must be in (0, 1).
     */
    effect?: number;
    /** Probability of a type I error, in (0, 0.5]. 0 means 0.05. */
    alpha?: number;
    /** Probability of detecting the difference, in (0, 1). 0 means 0.8. */
    power?: number;
    /**
     * Number of users per day that the experiment covers. Used to compute the number of days. At least 0. 0 skips that
     * computation.
     */
    usersPerDay?: number;
    /** Share of users in treatment, in (0, 1). 0 means 0.5. */
    trafficPercentage?: number;
}
/** PlanSampleSizeResponse contains the required size of an experiment. */
export interface PlanSampleSizeResponse {
    /** Number of users per variant. */
    usersPerVariant: string;
    /** Number of days until both variants have that number of users. 0 when `users_per_day` is 0. */
    days: number;
}
/** StartRolloutRequest starts the rollout of a treatment. */
export interface StartRolloutRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /**
     * `Experiment.etag` as last read by the caller. If the experiment changed since, the call fails with ABORTED. Empty
     * skips the check. At most 64 digits.
     */
    etag?: string;
    /** Schedule of the rollout. Default: 10, 25, 50, 75 and 100 percent, one step every 24 hours, without approval. */
    plan?: RolloutPlanInput;
}
/** StartRolloutResponse contains the rollout. */
export interface StartRolloutResponse {
    /** State of the rollout. */
    rollout?: Rollout;
}
/** GetRolloutRequest names the experiment of a rollout. */
export interface GetRolloutRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
}
/** GetRolloutResponse contains the rollout of an experiment. */
export interface GetRolloutResponse {
    /** State of the rollout. */
    rollout?: Rollout;
}
/** ApproveRolloutStepRequest approves the next step of a rollout. */
export interface ApproveRolloutStepRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /** Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
    reason?: string;
}
/** ApproveRolloutStepResponse contains the rollout after the approval. */
export interface ApproveRolloutStepResponse {
    /** State of the rollout. */
    rollout?: Rollout;
}
/** RollBackRequest rolls back a rollout. */
export interface RollBackRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the experiment, a UUID. Required. */
    experimentId: string;
    /** Reason of the change, stored in the audit log. At most 500 characters. Default: empty. */
    reason?: string;
}
/** RollBackResponse contains the rollout after it was rolled back. */
export interface RollBackResponse {
    /** State of the rollout. */
    rollout?: Rollout;
}
/** RolloutState is the state of a rollout. */
export type RolloutState = 
/** Not set. Never returned. */
"ROLLOUT_STATE_UNSPECIFIED"
/** In progress. */
 | "ROLLOUT_STATE_RUNNING"
/** Waiting for an approval. */
 | "ROLLOUT_STATE_WAITING"
/** Finished: all users are in treatment. */
 | "ROLLOUT_STATE_FINISHED"
/** Rolled back: no user is in treatment. */
 | "ROLLOUT_STATE_ROLLED_BACK";
/** RolloutPlan is the schedule of a rollout. */
export interface RolloutPlan {
    /**
     * Shares of users in treatment, in percent, in (0, 100]. Ascending; the last is 100. At most 20. Empty means 10, 25,
     * 50, 75, 100.
     */
    steps: number[];
    /** Time between steps. 1 minute to 30 days. Default: 24 hours. */
    interval?: string;
    /** Whether each step requires a call of ApproveRolloutStep. Default: false. */
    needsApproval: boolean;
}
/** RolloutPlan is the schedule of a rollout. */
export interface RolloutPlanInput {
    /**
     * Shares of users in treatment, in percent, in (0, 100]. Ascending; the last is 100. At most 20. Empty means 10, 25,
     * 50, 75, 100.
     */
    steps?: number[];
    /** Time between steps. 1 minute to 30 days. Default: 24 hours. */
    interval?: string;
    /** Whether each step requires a call of ApproveRolloutStep. Default: false. */
    needsApproval?: boolean;
}
/** Rollout is the stepwise increase of the share of users in treatment to 100 percent. */
export interface Rollout {
    /** Identifier of the experiment. */
    experimentId: string;
    /** Schedule of the rollout. */
    plan?: RolloutPlan;
    /** State of the rollout. */
    state: RolloutState;
    /** Current share of users in treatment, in percent. */
    percent: number;
    /** Time of the next step. Absent when no step is scheduled. */
    nextStepTime?: string;
    /** Decisions of the rollout, oldest first. */
    decisions: RolloutDecision[];
}
/** RolloutDecision is one decision of a rollout with the numbers it is based on. */
export interface RolloutDecision {
    /** Time of the decision. */
    decideTime?: string;
    /** Action: start, advance, hold, wait_approval, approve, roll_back or finish. */
    action: string;
    /** Share of users in treatment after the decision, in percent. */
    percent: number;
    /** Reason of the decision as a sentence. */
    reason: string;
    /** Numbers that the decision is based on, by name. */
    numbers: Record<string, number>;
}
/** ListAuditEntriesRequest selects the entries that match every filter that is set. */
export interface ListAuditEntriesRequest {
    /**
     * Tenant of the log. Default: the tenant of the caller; another tenant is refused. For an operator who acts for all
     * tenants, empty selects the log of the operators. At most 100 characters.
     */
    tenantId?: string;
    /**
     * Subject of the token of the caller who made the change, as an exact match. Empty matches all. At most 200
     * characters.
     */
    actor?: string;
    /** Name of the action, such as experiment.start, as an exact match. Empty matches all. At most 100 characters. */
    action?: string;
    /** Identifier of the changed object, as an exact match. Empty matches all. At most 200 characters. */
    target?: string;
    /** Earliest time of an entry, inclusive. Default: no limit. */
    startTime?: string;
    /** Latest time of an entry, exclusive. Default: no limit. */
    endTime?: string;
    /** Maximum number of entries per page. 0 selects the default of 50. Values above 500 are reduced to 500. */
    pageSize?: number;
    /** `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
    pageToken?: string;
}
/** ListAuditEntriesResponse is one page of entries. */
export interface ListAuditEntriesResponse {
    /** Entries, newest first. */
    entries: AuditEntry[];
    /** Token of the next page. Empty on the last page. */
    nextPageToken: string;
}
/** AuditEntry records one change. */
export interface AuditEntry {
    /** Number of the entry within the tenant. Starts at 1 and has no gaps. */
    sequence: string;
    /** Time of the change. */
    createTime?: string;
    /** Service that made the change. */
    service: string;
    /** Subject of the token of the caller who made the change. */
    actor: string;
    /** Name of the action, such as experiment.start. */
    action: string;
    /** Identifier of the changed object. Never the identifier of an erased user. */
    target: string;
    /** Reason stated by the caller. Empty when the caller stated none. */
    reason: string;
    /** Details of the change as a JSON object. Empty without details. */
    detailJson: string;
    /** SHA-256 over the previous hash and this entry, in hexadecimal. */
    hash: string;
}
/** VerifyAuditLogRequest names the log to verify. */
export interface VerifyAuditLogRequest {
    /**
     * Tenant of the log. Default: the tenant of the caller; another tenant is refused. For an operator who acts for all
     * tenants, empty selects the log of the operators. At most 100 characters.
     */
    tenantId?: string;
}
/** VerifyAuditLogResponse is the result of the verification. */
export interface VerifyAuditLogResponse {
    /** Whether every hash matches and no entry is missing. */
    intact: boolean;
    /** Number of entries checked. */
    entries: string;
    /** Number of the first entry that does not match. 0 when the log is intact. */
    firstBrokenSequence: string;
    /**
     * Hash of the last entry, in hexadecimal. Store it outside of the suite to detect a later replacement of the whole
     * log. Empty when the log is empty.
     */
    lastHash: string;
}
/** Rating is a rating by thumb. */
export type Rating = 
/** Not set. Invalid in requests. */
"RATING_UNSPECIFIED"
/** Thumb down. */
 | "RATING_NEGATIVE"
/** Neutral. */
 | "RATING_NEUTRAL"
/** Thumb up. */
 | "RATING_POSITIVE";
/** FeedbackCategory is the aspect that a rating refers to. Later versions may add values. */
export type FeedbackCategory = 
/** Not set. Invalid in requests. */
"FEEDBACK_CATEGORY_UNSPECIFIED"
/** Correctness of the output. */
 | "FEEDBACK_CATEGORY_ACCURACY"
/** Relevance to the question. */
 | "FEEDBACK_CATEGORY_RELEVANCE"
/** Tone. */
 | "FEEDBACK_CATEGORY_TONE"
/** Layout and format. */
 | "FEEDBACK_CATEGORY_FORMAT"
/** Speed of the response. */
 | "FEEDBACK_CATEGORY_SPEED"
/** Harmlessness. */
 | "FEEDBACK_CATEGORY_SAFETY"
/** Originality. */
 | "FEEDBACK_CATEGORY_CREATIVITY"
/** Completeness. */
 | "FEEDBACK_CATEGORY_COMPLETENESS"
/** Any other aspect. */
 | "FEEDBACK_CATEGORY_OTHER";
/** FeedbackSource is the place where feedback was given. Later versions may add values. */
export type FeedbackSource = 
/** Not set. Invalid in requests. */
"FEEDBACK_SOURCE_UNSPECIFIED"
/** The chat product. */
 | "FEEDBACK_SOURCE_THINKTANK"
/** A program. */
 | "FEEDBACK_SOURCE_API"
/** The console. */
 | "FEEDBACK_SOURCE_ADMIN";
/** SignalType is the type of an observed action. Each type has a fixed sentiment in [-1, 1]. */
export type SignalType = 
/** Not set. Invalid in requests. */
"SIGNAL_TYPE_UNSPECIFIED"
/** The user marked the response as a favorite. Sentiment +0.9. */
 | "SIGNAL_TYPE_FAVORITE_ADDED"
/** The user shared the response. Sentiment +0.9. */
 | "SIGNAL_TYPE_SHARE_RESPONSE"
/** The user copied the response. Sentiment +0.7. */
 | "SIGNAL_TYPE_COPY_RESPONSE"
/** The user exported the response. Sentiment +0.6. */
 | "SIGNAL_TYPE_EXPORT_RESPONSE"
/** The user continued the conversation. Sentiment +0.3. */
 | "SIGNAL_TYPE_CONTINUE_CONVERSATION"
/** The user scrolled to the end of the response. Sentiment +0.2. */
 | "SIGNAL_TYPE_SCROLL_TO_END"
/** The user replied after a short time. Sentiment +0.2. */
 | "SIGNAL_TYPE_RESPONSE_TIME_SHORT"
/** The user edited the prompt and sent it again. Sentiment 0. */
 | "SIGNAL_TYPE_EDIT_AND_RESEND"
/** The user replied after a long time. Sentiment 0. */
 | "SIGNAL_TYPE_RESPONSE_TIME_LONG"
/** The user left the conversation. Sentiment -0.3. */
 | "SIGNAL_TYPE_ABANDON_CONVERSATION"
/** The user scrolled away immediately. Sentiment -0.4. */
 | "SIGNAL_TYPE_SCROLL_BOUNCE"
/** The user switched to another model. Sentiment -0.6. */
 | "SIGNAL_TYPE_MANUAL_MODEL_SWITCH"
/** The user left while the response was being written. Sentiment -0.7. */
 | "SIGNAL_TYPE_ABANDON_MID_RESPONSE"
/** The user requested another response. Sentiment -0.8. */
 | "SIGNAL_TYPE_REGENERATE"
/** The user reported the content. Sentiment -1. */
 | "SIGNAL_TYPE_REPORT_CONTENT";
/**
 * ItemOutcome is the outcome for one item. After every outcome but rejected, a repeat is not needed: the item is
 * durable or superseded.
 */
export type ItemOutcome = 
/** Not set. Never returned. */
"ITEM_OUTCOME_UNSPECIFIED"
/** The item was stored. */
 | "ITEM_OUTCOME_ACCEPTED"
/** The item had been stored before. No change. */
 | "ITEM_OUTCOME_DUPLICATE"
/** The item was stored and replaced an earlier rating of the user on the output. */
 | "ITEM_OUTCOME_REPLACED"
/** The item was not stored because a later rating of the user on the output exists. */
 | "ITEM_OUTCOME_SUPERSEDED"
/** The item was rejected because of its content. A repeat is rejected again; the error names the field. */
 | "ITEM_OUTCOME_REJECTED";
/**
 * ExplicitFeedback is the opinion that a user gave deliberately: a rating with categories and a comment. There is one
 * per output and user; a later one replaces it.
 */
export interface ExplicitFeedback {
    /** Identifier of the rated output. 1 to 100 characters. Required. */
    outputId: string;
    /** Identifier of the user who gave the rating. 1 to 200 characters. Required. */
    userId: string;
    /** Rating of the output. Required. */
    rating: Rating;
    /** Aspects that the rating refers to. Empty refers to the output as a whole. At most 9 distinct values. */
    categories: FeedbackCategory[];
    /** Comment of the user, in any language. At most 4,000 characters. Default: empty. */
    comment: string;
    /** Place where the feedback was given. Required. */
    source: FeedbackSource;
    /** User agent of the client. At most 512 characters. Default: empty. */
    userAgent: string;
    /**
     * Time of the rating by the clock of the client. Default: the time of receipt. Of two ratings, the one with the later
     * time is kept, regardless of the order of arrival. At most 5 minutes in the future, not before 2020.
     */
    clientTime?: string;
}
/**
 * ExplicitFeedback is the opinion that a user gave deliberately: a rating with categories and a comment. There is one
 * per output and user; a later one replaces it.
 */
export interface ExplicitFeedbackInput {
    /** Identifier of the rated output. 1 to 100 characters. Required. */
    outputId: string;
    /** Identifier of the user who gave the rating. 1 to 200 characters. Required. */
    userId: string;
    /** Rating of the output. Required. */
    rating: Rating;
    /** Aspects that the rating refers to. Empty refers to the output as a whole. At most 9 distinct values. */
    categories?: FeedbackCategory[];
    /** Comment of the user, in any language. At most 4,000 characters. Default: empty. */
    comment?: string;
    /** Place where the feedback was given. Required. */
    source: FeedbackSource;
    /** User agent of the client. At most 512 characters. Default: empty. */
    userAgent?: string;
    /**
     * Time of the rating by the clock of the client. Default: the time of receipt. Of two ratings, the one with the later
     * time is kept, regardless of the order of arrival. At most 5 minutes in the future, not before 2020.
     */
    clientTime?: string;
}
/**
 * ImplicitSignal is one observed action of a user on an output. Every occurrence is stored. For learning, each signal
 * type counts once per output and user.
 */
export interface ImplicitSignal {
    /**
     * Identifier of the occurrence, a UUID. Identifies the occurrence when it is sent again in another batch. Default:
     * derived from the identifier of the request and the position in it.
     */
    signalId: string;
    /** Identifier of the output. 1 to 100 characters. Required. */
    outputId: string;
    /** Identifier of the user. 1 to 200 characters. Required. */
    userId: string;
    /** Type of the action. Required. */
    signalType: SignalType;
    /** Details in a format that the client defines, such as a scroll depth. At most 8 KiB as JSON. Default: absent. */
    signalValue?: JsonObject;
    /**
     * Time of the action by the clock of the client. Default: the time of receipt. At most 5 minutes in the future, not
     * before 2020. Send it together with `signal_id`: a repeated occurrence is identified by both.
     */
    clientTime?: string;
}
/**
 * ImplicitSignal is one observed action of a user on an output. Every occurrence is stored. For learning, each signal
 * type counts once per output and user.
 */
export interface ImplicitSignalInput {
    /**
     * Identifier of the occurrence, a UUID. Identifies the occurrence when it is sent again in another batch. Default:
     * derived from the identifier of the request and the position in it.
     */
    signalId?: string;
    /** Identifier of the output. 1 to 100 characters. Required. */
    outputId: string;
    /** Identifier of the user. 1 to 200 characters. Required. */
    userId: string;
    /** Type of the action. Required. */
    signalType: SignalType;
    /** Details in a format that the client defines, such as a scroll depth. At most 8 KiB as JSON. Default: absent. */
    signalValue?: JsonObject;
    /**
     * Time of the action by the clock of the client. Default: the time of receipt. At most 5 minutes in the future, not
     * before 2020. Send it together with `signal_id`: a repeated occurrence is identified by both.
     */
    clientTime?: string;
}
/** VoiceFeedback describes a voice comment. Its audio follows in chunks. */
export interface IngestVoiceFeedback {
    /** Identifier of the output that the comment refers to. 1 to 100 characters. Required. */
    outputId: string;
    /** Identifier of the speaker. 1 to 200 characters. Required. */
    userId: string;
    /** Place where the feedback was given. Required. */
    source: FeedbackSource;
    /** Time of the comment by the clock of the client. Default: the time of receipt. */
    clientTime?: string;
}
/** ItemResult is the result of one item of a batch. */
export interface ItemResult {
    /** Position of the item in the request, starting at 0. */
    index: number;
    /** Outcome for the item. */
    outcome: ItemOutcome;
    /** Error of a rejected item, with the path of the field. Empty for other outcomes. */
    errorMessage: string;
    /** Machine-readable reason of a rejection, in UPPER_SNAKE_CASE. Empty for other outcomes. */
    errorReason: string;
}
/** AskReason is the reason for prompting or not prompting a user for an opinion. */
export type AskReason = 
/** Not prompted: the request names no user or no output, or the output has no manifest. */
"ASK_REASON_UNSPECIFIED"
/** Prompted: the output is one of the first outputs of the user. */
 | "ASK_REASON_FIRST_OUTPUTS"
/** Prompted: the confidence of the Brain in its choice was low. */
 | "ASK_REASON_LOW_CONFIDENCE"
/** Prompted: a check of the output failed. */
 | "ASK_REASON_VERIFICATION_FAILED"
/** Prompted: the output contains a contradiction. */
 | "ASK_REASON_CONTRADICTION"
/** Prompted: the output was selected by random sampling. */
 | "ASK_REASON_SAMPLED"
/** Not prompted: the output was not selected by random sampling. */
 | "ASK_REASON_NOT_SAMPLED"
/** Not prompted: the user was prompted too often or too recently. */
 | "ASK_REASON_FATIGUE"
/** Not prompted: the user has already given a rating or a voice comment on the output. */
 | "ASK_REASON_ANSWERED";
/** FeedbackKind is a kind of feedback. */
export type FeedbackKind = 
/** Not set. Invalid in requests. */
"FEEDBACK_KIND_UNSPECIFIED"
/** Explicit feedback: ratings, categories and comments. */
 | "FEEDBACK_KIND_EXPLICIT"
/** Implicit signals. */
 | "FEEDBACK_KIND_IMPLICIT"
/** Voice comments. */
 | "FEEDBACK_KIND_VOICE";
/** RecordManifestRequest carries one manifest. */
export interface RecordManifestRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Manifest to record. Required. */
    manifest: ExecutionManifestInput;
}
/** RecordManifestResponse confirms that the manifest is durable. */
export interface RecordManifestResponse {
    /** Accepted or duplicate. */
    outcome: ItemOutcome;
    /** Time of the output. The age of all feedback on the output is measured from it. */
    createTime?: string;
    /** Language of the prompt, as stated or detected, ISO 639-1. Empty when unknown. */
    inputLanguage: string;
}
/** BatchRecordManifestsRequest carries many manifests. */
export interface BatchRecordManifestsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Manifests to record. 1 to 1,000. */
    manifests: ExecutionManifestInput[];
}
/** BatchRecordManifestsResponse contains the result of each manifest. */
export interface BatchRecordManifestsResponse {
    /** One result per manifest, in the order of the request. */
    results: ItemResult[];
}
/** SubmitExplicitFeedbackRequest carries the explicit feedback of one user on one output. */
export interface SubmitExplicitFeedbackRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Feedback to store. Required. */
    feedback: ExplicitFeedbackInput;
}
/** SubmitExplicitFeedbackResponse confirms that the feedback is durable or superseded. */
export interface SubmitExplicitFeedbackResponse {
    /** Accepted, replaced, superseded or duplicate. */
    outcome: ItemOutcome;
    /** Detected language of the comment, ISO 639-1. Empty without a comment or when unknown. */
    commentLanguage: string;
    /** Whether the output has a manifest. Feedback without a manifest is learned when the manifest arrives. */
    manifestKnown: boolean;
}
/** SubmitImplicitSignalRequest carries one implicit signal. */
export interface SubmitImplicitSignalRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Signal to store. Required. */
    signal: ImplicitSignalInput;
}
/** SubmitImplicitSignalResponse confirms that the signal is durable. */
export interface SubmitImplicitSignalResponse {
    /** Accepted or duplicate. */
    outcome: ItemOutcome;
    /** Identifier of the occurrence, as sent or derived. */
    signalId: string;
    /** Sentiment of the signal type, in [-1, 1]. */
    sentiment: number;
}
/** BatchSubmitImplicitSignalsRequest carries many implicit signals. */
export interface BatchSubmitImplicitSignalsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Signals to store. 1 to 1,000. */
    signals: ImplicitSignalInput[];
}
/** BatchSubmitImplicitSignalsResponse confirms that all signals of the batch are durable. */
export interface BatchSubmitImplicitSignalsResponse {
    /** One result per signal, in the order of the request. */
    results: ItemResult[];
}
/**
 * StreamSignalsRequest is one batch on a stream. A batch may contain explicit feedback and implicit signals, together 1
 * to 1,000 items.
 */
export interface StreamSignalsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /**
     * Identifier of the batch and its idempotency key, a UUID. Required. The acknowledgement contains it. A repeat within
     * 24 hours returns the first acknowledgement.
     */
    batchId: string;
    /** Implicit signals. At most 1,000. */
    signals?: ImplicitSignalInput[];
    /** Explicit feedback. At most 1,000. */
    feedback?: ExplicitFeedbackInput[];
}
/** StreamSignalsResponse acknowledges one batch after its commit. */
export interface StreamSignalsResponse {
    /** Identifier of the acknowledged batch. */
    batchId: string;
    /**
     * One result per item: signals first, then explicit feedback, each in the order of the batch. Empty when the whole
     * batch was refused.
     */
    results: ItemResult[];
    /** Number of durable items. */
    acceptedCount: number;
    /** Error of a batch that was refused as a whole and not stored. Absent for other batches. */
    refusal?: BatchRefusal;
}
/** BatchRefusal states why a batch was refused as a whole. */
export interface BatchRefusal {
    /** Machine-readable reason, in UPPER_SNAKE_CASE. */
    reason: string;
    /** Description of the error, with each invalid field. */
    message: string;
    /** Whether the same batch may succeed later. */
    retryable: boolean;
    /** Minimum time before the next attempt, in milliseconds. 0 when the batch is not retryable. */
    retryAfterMs: number;
    /** Invalid fields, by their path in the batch. */
    problems: FieldProblem[];
}
/** FieldProblem describes one invalid field. */
export interface FieldProblem {
    /** Path of the field, such as signals[3].output_id. */
    field: string;
    /** Rule that the field violates. */
    description: string;
}
/** SubmitVoiceFeedbackRequest is one part of a voice comment: the header or a chunk of audio. */
export interface SubmitVoiceFeedbackRequest {
    /** Description of the comment. Sent first. */
    header?: VoiceHeader;
    /** Next bytes of the audio file. At most 256 KiB. */
    chunk?: string;
}
/** VoiceHeader describes a voice comment. */
export interface VoiceHeader {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Output, speaker and source of the comment. Required. */
    feedback: IngestVoiceFeedback;
}
/** SubmitVoiceFeedbackResponse confirms that the voice comment is durable and queued for transcription. */
export interface SubmitVoiceFeedbackResponse {
    /** Identifier of the voice feedback, a UUID. Pass it to VoiceService.GetVoiceFeedback. */
    voiceId: string;
    /** Size of the stored audio in bytes. */
    audioBytes: string;
}
/** RetractFeedbackRequest names the feedback to retract. */
export interface RetractFeedbackRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the output. 1 to 100 characters. Required. */
    outputId: string;
    /** Identifier of the user. 1 to 200 characters. Required. */
    userId: string;
    /** Kinds of feedback to retract. Empty retracts all kinds. At most 3 distinct values. */
    kinds?: FeedbackKind[];
    /**
     * Time of the retraction by the clock of the client. Default: the time of receipt. Feedback with a later time is
     * kept.
     */
    clientTime?: string;
}
/** RetractFeedbackResponse confirms that the retraction is durable. */
export interface RetractFeedbackResponse {
    /** Whether explicit feedback was retracted. */
    explicitRetracted: boolean;
    /** Number of implicit signals retracted. */
    signalsRetracted: number;
    /** Number of voice comments retracted. */
    voiceRetracted: number;
}
/** GetFeedbackStatsRequest names one output. */
export interface GetFeedbackStatsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the output. 1 to 100 characters. Required. */
    outputId: string;
}
/** GetFeedbackStatsResponse contains counts of the feedback on one output. */
export interface GetFeedbackStatsResponse {
    /** Identifier of the output. */
    outputId: string;
    /** Whether the output has a manifest. */
    manifestKnown: boolean;
    /** Counts of the feedback of all users. */
    counts?: FeedbackCounts;
    /** Counts of explicit feedback by category. */
    categories: CategoryCount[];
    /** Counts of implicit signals by type. */
    signals: SignalCount[];
    /**
     * Mean weighted score over the users with feedback, in [-1, 1], computed with a trust weight of 1. 0 without
     * feedback.
     */
    meanScore: number;
}
/** FeedbackCounts contains counts of current feedback by kind. */
export interface FeedbackCounts {
    /** Number of positive ratings. */
    positive: string;
    /** Number of neutral ratings. */
    neutral: string;
    /** Number of negative ratings. */
    negative: string;
    /** Number of written comments. */
    comments: string;
    /** Number of implicit signals, every occurrence counted. */
    signals: string;
    /** Number of voice comments. */
    voice: string;
    /** Number of users with feedback of any kind. */
    users: string;
}
/** CategoryCount contains counts of explicit feedback that names one category. */
export interface CategoryCount {
    /** Category. */
    category: FeedbackCategory;
    /** Number of positive ratings. */
    positive: string;
    /** Number of neutral ratings. */
    neutral: string;
    /** Number of negative ratings. */
    negative: string;
}
/** SignalCount contains counts of implicit signals of one type. */
export interface SignalCount {
    /** Type of the signals. */
    signalType: SignalType;
    /** Number of occurrences. */
    occurrences: string;
    /** Number of users with at least one occurrence. Learning counts users, not occurrences. */
    users: string;
}
/** GetConversationSummaryRequest names one conversation. */
export interface GetConversationSummaryRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the conversation. 1 to 200 characters. Required. */
    conversationId: string;
    /** Maximum number of outputs per page. 0 selects the default of 50. Values above 200 are reduced to 200. */
    pageSize?: number;
    /** `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
    pageToken?: string;
}
/** GetConversationSummaryResponse is a summary of the feedback on a conversation. */
export interface GetConversationSummaryResponse {
    /** Outputs of this page, oldest first. */
    outputs: OutputSummary[];
    /** Token of the next page. Empty on the last page. */
    nextPageToken: string;
    /** Number of outputs of the conversation, on all pages. */
    outputCount: string;
    /** Counts of the feedback on the whole conversation. */
    counts?: FeedbackCounts;
    /** Mean weighted score over all pairs of output and user with feedback, in [-1, 1]. 0 without feedback. */
    meanScore: number;
}
/** OutputSummary is a summary of the feedback on one output. */
export interface OutputSummary {
    /** Identifier of the output. */
    outputId: string;
    /** Models that produced the output. */
    modelsUsed: string[];
    /** Time of the output. */
    createTime?: string;
    /** Counts of the feedback of all users. */
    counts?: FeedbackCounts;
    /** Mean weighted score over the users with feedback, in [-1, 1]. 0 without feedback. */
    meanScore: number;
}
/** GetTenantFeedbackStatsRequest selects the outputs of a tenant by time. */
export interface GetTenantFeedbackStatsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Earliest time of an output, inclusive. Default: 30 days before `end_time`. At most 400 days before `end_time`. */
    startTime?: string;
    /** Latest time of an output, exclusive. Default: now. */
    endTime?: string;
}
/** GetTenantFeedbackStatsResponse contains counts of the outputs of a tenant and the feedback on them. */
export interface GetTenantFeedbackStatsResponse {
    /** Earliest time of a counted output, inclusive. */
    startTime?: string;
    /** Latest time of a counted output, exclusive. */
    endTime?: string;
    /** Totals over all days. Its `day` is empty. */
    total?: DayStats;
    /** Counts by day in UTC, oldest first. Days without outputs are left out. */
    days: DayStats[];
    /** Counts by model, most outputs first. At most 100 models. An output of several models is counted for each of them. */
    models: ModelStats[];
    /** Counts of explicit feedback by category. */
    categories: CategoryCount[];
    /** Counts of implicit signals by type. */
    signals: SignalCount[];
}
/** DayStats contains counts of the outputs of one day and of all feedback on these outputs, whenever it was given. */
export interface DayStats {
    /** Day in UTC, such as 2026-11-21. Empty for totals. */
    day: string;
    /** Number of outputs. */
    outputs: string;
    /** Number of outputs with current feedback of any kind. */
    outputsWithFeedback: string;
    /** Number of outputs that followed a recommendation. */
    outputsFollowed: string;
    /** Counts of the feedback on the outputs. */
    counts?: FeedbackCounts;
    /** Total cost of the outputs, in US dollars. */
    costUsd: number;
}
/** ModelStats contains counts of the outputs of one model and the feedback on them. */
export interface ModelStats {
    /** Identifier of the model. */
    model: string;
    /** Number of outputs. */
    outputs: string;
    /** Number of outputs with current feedback of any kind. */
    outputsWithFeedback: string;
    /** Number of positive ratings. */
    positive: string;
    /** Number of negative ratings. */
    negative: string;
}
/** ListOutputsRequest selects the outputs that match every filter that is set. */
export interface ListOutputsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Earliest time of an output, inclusive. Default: no limit. */
    startTime?: string;
    /** Latest time of an output, exclusive. Default: no limit. */
    endTime?: string;
    /** Identifier of a model that produced the output. Empty matches all. At most 200 characters. */
    model?: string;
    /** Task of the output. Empty matches all. At most 64 characters. */
    taskType?: string;
    /** Domain of the output. Empty matches all. At most 64 characters. */
    domainMode?: string;
    /** Identifier of the user who received the output. Empty matches all. At most 200 characters. */
    userId?: string;
    /** Identifier of the conversation of the output. Empty matches all. At most 200 characters. */
    conversationId?: string;
    /** Only outputs with a current rating of this value. Unspecified matches all. */
    rating?: Rating;
    /** Only outputs with a current rating that names this category. Unspecified matches all. */
    category?: FeedbackCategory;
    /** Only outputs with a current signal of this type. Unspecified matches all. */
    signalType?: SignalType;
    /** Only outputs with current feedback of any kind. Default: false. */
    withFeedback?: boolean;
    /** Only outputs with a current written comment. Default: false. */
    withComment?: boolean;
    /** Only outputs with a current voice comment. Default: false. */
    withVoice?: boolean;
    /** Maximum number of outputs per page. 0 selects the default of 50. Values above 200 are reduced to 200. */
    pageSize?: number;
    /** `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
    pageToken?: string;
}
/** ListOutputsResponse is one page of outputs. */
export interface ListOutputsResponse {
    /** Outputs, newest first. */
    outputs: OutputEntry[];
    /** Token of the next page. Empty on the last page. */
    nextPageToken: string;
}
/** OutputEntry is one output of a list. */
export interface OutputEntry {
    /** Identifier of the output. */
    outputId: string;
    /** Identifier of the user who received the output. */
    userId: string;
    /** Identifier of the conversation. Empty without a conversation. */
    conversationId: string;
    /** Time of the output. */
    createTime?: string;
    /** Models that produced the output. */
    modelsUsed: string[];
    /** Task of the output. */
    taskType: string;
    /** Domain of the output. Empty when the manifest states none. */
    domainMode: string;
    /** Language of the prompt, ISO 639-1. Empty when unknown. */
    inputLanguage: string;
    /** Whether the output followed a recommendation. */
    followed: boolean;
    /** Counts of the feedback of all users. */
    counts?: FeedbackCounts;
    /** Mean weighted score over the users with feedback, in [-1, 1]. 0 without feedback. */
    meanScore: number;
}
/** GetOutputRequest names one output. */
export interface GetOutputRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the output. 1 to 100 characters. Required. */
    outputId: string;
}
/** GetOutputResponse is one output with its current feedback. */
export interface GetOutputResponse {
    /**
     * Manifest of the output. Absent when it has not been recorded. `input_prompt_sample` is never stored and therefore
     * empty.
     */
    manifest?: ExecutionManifest;
    /** Explicit feedback, newest first. At most 500. */
    feedback: ExplicitFeedback[];
    /** Implicit signals, newest first. At most 500. */
    signals: ImplicitSignal[];
    /** Identifiers of voice feedback, newest first. At most 100. Pass them to VoiceService.GetVoiceFeedback. */
    voiceIds: string[];
    /** Counts of the feedback of all users. */
    counts?: FeedbackCounts;
    /** Mean weighted score over the users with feedback, in [-1, 1]. 0 without feedback. */
    meanScore: number;
}
/** GetWidgetConfigRequest names the user and the output of a feedback widget. */
export interface GetWidgetConfigRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the user who sees the widget. Empty when unknown. At most 200 characters. */
    userId?: string;
    /** Identifier of the output beside the widget. Empty when unknown. At most 100 characters. */
    outputId?: string;
}
/** GetWidgetConfigResponse is the configuration of a feedback widget. */
export interface GetWidgetConfigResponse {
    /** Whether to show thumbs. */
    thumbsEnabled: boolean;
    /** Whether to offer a written comment. */
    commentsEnabled: boolean;
    /** Whether to offer a voice comment. */
    voiceEnabled: boolean;
    /** Categories to offer, in order. */
    categories: FeedbackCategory[];
    /** Types of implicit signals to observe. */
    signals: SignalType[];
    /** Maximum length of a comment, in characters. */
    commentCharactersMax: number;
    /** Maximum number of signals per batch. */
    batchItemsMax: number;
    /** Interval between batches of signals, in milliseconds. */
    flushIntervalMs: number;
    /** Current rating of the user on the output. Unspecified without a rating. */
    currentRating: Rating;
    /**
     * Whether to prompt the user for an opinion on the output. Repeated requests for the same user and output return the
     * same value, so that reloading a page causes no additional prompt.
     */
    ask: boolean;
    /** Reason of the value of `ask`. */
    askReason: AskReason;
    /** Probability that a user in this situation is prompted, in [0, 1]. Analyses use it to correct for selection. */
    askProbability: number;
}
/** ForgetUserRequest names the user to erase. */
export interface ForgetUserRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the user. 1 to 200 characters. Required. */
    userId: string;
}
/** ForgetUserResponse confirms that the data of this service is erased. */
export interface ForgetUserResponse {
    /** Number of rows erased by this service. */
    rowsErased: string;
    /** Identifier of the erasure in ListErasures. */
    erasureId: string;
}
/** ListErasuresRequest selects the erasures of a tenant. */
export interface ListErasuresRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Maximum number of erasures per page. 0 selects the default of 50. Values above 200 are reduced to 200. */
    pageSize?: number;
    /** `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
    pageToken?: string;
}
/** ListErasuresResponse is one page of erasures. */
export interface ListErasuresResponse {
    /** Erasures, newest first. */
    erasures: Erasure[];
    /** Token of the next page. Empty on the last page. */
    nextPageToken: string;
}
/** Erasure is the erasure of one user. It does not name the user once it is complete. */
export interface Erasure {
    /** Identifier of the erasure. */
    erasureId: string;
    /** Identifier of the user until the erasure is complete. Empty afterwards. */
    userId: string;
    /** SHA-256 of tenant and user, in hexadecimal. Shows whether a given user was erased. */
    userDigest: string;
    /** Time of the request. */
    requestTime?: string;
    /** Time at which all parts were complete. Absent until then. */
    completeTime?: string;
    /** Number of rows erased by the ingest service. */
    rowsErased: string;
    /** Complete parts, out of recordings, learning, decisions and experiments. */
    partsDone: string[];
    /** Parts that are not complete. */
    partsPending: string[];
}
/** ExportUserRequest names the user to export. */
export interface ExportUserRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the user. 1 to 200 characters. Required. */
    userId: string;
}
/** ExportUserResponse is one record of a user. */
export interface ExportUserResponse {
    /** Table that contains the record. */
    kind: string;
    /** Record as a JSON object. */
    recordJson: string;
}
/** RequestType is the kind of a request. */
export type RequestType = 
/** Not set. Invalid in requests. */
"REQUEST_TYPE_UNSPECIFIED"
/** One turn of a conversation. */
 | "REQUEST_TYPE_CHAT"
/** A completion outside a conversation. */
 | "REQUEST_TYPE_COMPLETION"
/** Several steps run by an orchestration. */
 | "REQUEST_TYPE_ORCHESTRATION"
/** A call by another service. */
 | "REQUEST_TYPE_SERVICE";
/** ThermalState is the readiness of a model to serve. */
export type ThermalState = 
/** Not set. Invalid in requests. */
"THERMAL_STATE_UNSPECIFIED"
/** Not loaded, and loading is disabled. */
 | "THERMAL_STATE_OFF"
/** Not loaded. */
 | "THERMAL_STATE_COLD"
/** Loaded and idle. */
 | "THERMAL_STATE_WARM"
/** Loaded and serving. */
 | "THERMAL_STATE_HOT";
/**
 * ExecutionManifest is the provenance of one AI output: the request, the models that answered, their cost and the
 * recommendation that was followed. It is immutable once recorded.
 */
export interface ExecutionManifest {
    /** Identifier of the output within its tenant, chosen by the caller. 1 to 100 characters. Required. */
    outputId: string;
    /** Identifier of the user who received the output. 1 to 200 characters. Required. */
    userId: string;
    /** Identifier of the conversation of the output. Empty without a conversation. At most 200 characters. */
    conversationId: string;
    /** Identifier of the message within the conversation. Empty without a message. At most 200 characters. */
    messageId: string;
    /** Kind of the request that produced the output. Required. */
    requestType: RequestType;
    /**
     * Task, in lower case. Required. Common values: chat, code, analysis, creative, vision, audio, medical, legal,
     * research, translation. Tenants may use others. 1 to 64 characters. The value "any" is reserved for roll-ups.
     */
    taskType: string;
    /**
     * Domain, in lower case. Common values: general, medical, legal, code, creative, research, business. Tenants may use
     * others. At most 64 characters. Empty means general. The value "any" is reserved for roll-ups.
     */
    domainMode: string;
    /** SHA-256 of the prompt: 32 bytes, or empty. The prompt itself is not stored. */
    inputPromptHash: string;
    /** Text of the prompt. The service detects its language and discards it. At most 16,384 characters. Default: empty. */
    inputPromptSample: string;
    /** Number of tokens of the prompt. At least 0. */
    inputTokens: number;
    /** Language of the prompt, ISO 639-1 in lower case. Empty detects it from `input_prompt_sample`. */
    inputLanguage: string;
    /**
     * Models that produced the output, most important first. Each model receives an equal share of the feedback. 1 to 16
     * distinct identifiers of at most 200 characters.
     */
    modelsUsed: string[];
    /**
     * Version by model. At most 16 entries; versions of at most 100 characters. A model without an entry has the unnamed
     * version.
     */
    modelVersions: Record<string, string>;
    /** Identifier of the orchestration that produced the output. Empty without an orchestration. At most 200 characters. */
    orchestrationId: string;
    /** Display name of the orchestration. At most 200 characters. Default: empty. */
    orchestrationName: string;
    /** Other services that took part, such as retrieval or search. At most 32 names of at most 200 characters. */
    servicesUsed: string[];
    /** Thermal state by model at the time of the call. At most 64 entries. */
    thermalStates: Record<string, ThermalState>;
    /** Health by provider at the time of routing. At most 64 entries. */
    providerHealth: Record<string, ProviderHealth>;
    /** Reason of the Brain for its choice, as free text. At most 4,000 characters. Default: empty. */
    brainReasoning: string;
    /** Confidence of the Brain in its choice, in [0, 1]. Absent when the Brain stated none. */
    brainConfidence?: number;
    /** Whether the user replaced the model chosen by the Brain. Default: false. */
    wasUserOverride: boolean;
    /** Number of tokens of the output. At least 0. */
    outputTokens: number;
    /** Time from the request to the last token, in milliseconds. At least 0. */
    totalLatencyMs: number;
    /** Time from the request to the first token, in milliseconds. At least 0. Absent when unknown. */
    timeToFirstTokenMs?: number;
    /** Cost of the output in US dollars. At least 0. */
    totalCost: number;
    /** Whether the output was streamed to the user. Default: false. */
    wasStreamed: boolean;
    /** Steps of the orchestration, in order. At most 64. */
    steps: ManifestStep[];
    /**
     * `Recommendation.decision_id` of the recommendation that was followed. Empty without a recommendation. At most 64
     * characters.
     */
    decisionId: string;
    /** `Recommendation.propensity` of the recommendation that was followed, in (0, 1]. Absent without a recommendation. */
    propensity?: number;
    /**
     * Time of the output. Default: the time of receipt. The age of all feedback on the output is measured from it. At
     * most 5 minutes in the future, not before 2020.
     */
    createTime?: string;
    /** Identifier of the experiment that chose the model, from the recommendation, a UUID. Empty without an experiment. */
    experimentId: string;
    /** Variant of the experiment. At most 64 characters. Empty without an experiment. */
    variant: string;
    /** Epoch of the experiment. At least 0. 0 without an experiment. */
    experimentEpoch: number;
    /**
     * Whether a check of the output failed, such as a citation, a calculation or an executed test. If true, the user is
     * prompted for feedback, within the limit of prompts per day. Default: false.
     */
    verificationFailed: boolean;
    /**
     * Whether the output contradicts itself, the output of another model or an earlier message. If true, the user is
     * prompted for feedback, within the limit of prompts per day. Default: false.
     */
    contradictionFound: boolean;
}
/**
 * ExecutionManifest is the provenance of one AI output: the request, the models that answered, their cost and the
 * recommendation that was followed. It is immutable once recorded.
 */
export interface ExecutionManifestInput {
    /** Identifier of the output within its tenant, chosen by the caller. 1 to 100 characters. Required. */
    outputId: string;
    /** Identifier of the user who received the output. 1 to 200 characters. Required. */
    userId: string;
    /** Identifier of the conversation of the output. Empty without a conversation. At most 200 characters. */
    conversationId?: string;
    /** Identifier of the message within the conversation. Empty without a message. At most 200 characters. */
    messageId?: string;
    /** Kind of the request that produced the output. Required. */
    requestType: RequestType;
    /**
     * Task, in lower case. Required. Common values: chat, code, analysis, creative, vision, audio, medical, legal,
     * research, translation. Tenants may use others. 1 to 64 characters. The value "any" is reserved for roll-ups.
     */
    taskType: string;
    /**
     * Domain, in lower case. Common values: general, medical, legal, code, creative, research, business. Tenants may use
     * others. At most 64 characters. Empty means general. The value "any" is reserved for roll-ups.
     */
    domainMode?: string;
    /** SHA-256 of the prompt: 32 bytes, or empty. The prompt itself is not stored. */
    inputPromptHash?: string;
    /** Text of the prompt. The service detects its language and discards it. At most 16,384 characters. Default: empty. */
    inputPromptSample?: string;
    /** Number of tokens of the prompt. At least 0. */
    inputTokens?: number;
    /** Language of the prompt, ISO 639-1 in lower case. Empty detects it from `input_prompt_sample`. */
    inputLanguage?: string;
    /**
     * Models that produced the output, most important first. Each model receives an equal share of the feedback. 1 to 16
     * distinct identifiers of at most 200 characters.
     */
    modelsUsed: string[];
    /**
     * Version by model. At most 16 entries; versions of at most 100 characters. A model without an entry has the unnamed
     * version.
     */
    modelVersions?: Record<string, string>;
    /** Identifier of the orchestration that produced the output. Empty without an orchestration. At most 200 characters. */
    orchestrationId?: string;
    /** Display name of the orchestration. At most 200 characters. Default: empty. */
    orchestrationName?: string;
    /** Other services that took part, such as retrieval or search. At most 32 names of at most 200 characters. */
    servicesUsed?: string[];
    /** Thermal state by model at the time of the call. At most 64 entries. */
    thermalStates?: Record<string, ThermalState>;
    /** Health by provider at the time of routing. At most 64 entries. */
    providerHealth?: Record<string, ProviderHealthInput>;
    /** Reason of the Brain for its choice, as free text. At most 4,000 characters. Default: empty. */
    brainReasoning?: string;
    /** Confidence of the Brain in its choice, in [0, 1]. Absent when the Brain stated none. */
    brainConfidence?: number;
    /** Whether the user replaced the model chosen by the Brain. Default: false. */
    wasUserOverride?: boolean;
    /** Number of tokens of the output. At least 0. */
    outputTokens?: number;
    /** Time from the request to the last token, in milliseconds. At least 0. */
    totalLatencyMs?: number;
    /** Time from the request to the first token, in milliseconds. At least 0. Absent when unknown. */
    timeToFirstTokenMs?: number;
    /** Cost of the output in US dollars. At least 0. */
    totalCost?: number;
    /** Whether the output was streamed to the user. Default: false. */
    wasStreamed?: boolean;
    /** Steps of the orchestration, in order. At most 64. */
    steps?: ManifestStepInput[];
    /**
     * `Recommendation.decision_id` of the recommendation that was followed. Empty without a recommendation. At most 64
     * characters.
     */
    decisionId?: string;
    /** `Recommendation.propensity` of the recommendation that was followed, in (0, 1]. Absent without a recommendation. */
    propensity?: number;
    /**
     * Time of the output. Default: the time of receipt. The age of all feedback on the output is measured from it. At
     * most 5 minutes in the future, not before 2020.
     */
    createTime?: string;
    /** Identifier of the experiment that chose the model, from the recommendation, a UUID. Empty without an experiment. */
    experimentId?: string;
    /** Variant of the experiment. At most 64 characters. Empty without an experiment. */
    variant?: string;
    /** Epoch of the experiment. At least 0. 0 without an experiment. */
    experimentEpoch?: number;
    /**
     * Whether a check of the output failed, such as a citation, a calculation or an executed test. If true, the user is
     * prompted for feedback, within the limit of prompts per day. Default: false.
     */
    verificationFailed?: boolean;
    /**
     * Whether the output contradicts itself, the output of another model or an earlier message. If true, the user is
     * prompted for feedback, within the limit of prompts per day. Default: false.
     */
    contradictionFound?: boolean;
}
/** ProviderHealth is the health of a provider as seen by the Brain at the time of routing. */
export interface ProviderHealth {
    /** Recent latency in milliseconds. At least 0. */
    latencyMs: number;
    /** Share of failed calls, in [0, 1]. */
    errorRate: number;
    /** Status as free text, such as healthy or degraded. At most 64 characters. */
    status: string;
}
/** ProviderHealth is the health of a provider as seen by the Brain at the time of routing. */
export interface ProviderHealthInput {
    /** Recent latency in milliseconds. At least 0. */
    latencyMs?: number;
    /** Share of failed calls, in [0, 1]. */
    errorRate?: number;
    /** Status as free text, such as healthy or degraded. At most 64 characters. */
    status?: string;
}
/** ManifestStep is one model call within an orchestration. */
export interface ManifestStep {
    /** Identifier of the model. 1 to 200 characters. Required. */
    model: string;
    /** Duration of the step in milliseconds. At least 0. */
    latencyMs: number;
    /** Number of tokens read by the step. At least 0. */
    inputTokens: number;
    /** Number of tokens written by the step. At least 0. */
    outputTokens: number;
    /** Cost of the step in US dollars. At least 0. */
    cost: number;
}
/** ManifestStep is one model call within an orchestration. */
export interface ManifestStepInput {
    /** Identifier of the model. 1 to 200 characters. Required. */
    model: string;
    /** Duration of the step in milliseconds. At least 0. */
    latencyMs?: number;
    /** Number of tokens read by the step. At least 0. */
    inputTokens?: number;
    /** Number of tokens written by the step. At least 0. */
    outputTokens?: number;
    /** Cost of the step in US dollars. At least 0. */
    cost?: number;
}
/** BatchRunState is the state of a nightly run. */
export type BatchRunState = 
/** Not set. Never returned. */
"BATCH_RUN_STATE_UNSPECIFIED"
/** In progress, or waiting to be resumed. */
 | "BATCH_RUN_STATE_RUNNING"
/** Succeeded. */
 | "BATCH_RUN_STATE_SUCCEEDED"
/** Failed. The previous version of the learned scores remains active. */
 | "BATCH_RUN_STATE_FAILED";
/** LearnOutputRequest names the output to learn. */
export interface LearnOutputRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the output. 1 to 100 characters. Required. */
    outputId: string;
}
/** LearnOutputResponse contains the contribution of the feedback on one output. */
export interface LearnOutputResponse {
    /** Contributions, one per user with feedback. */
    units: UnitContribution[];
    /** Whether the output has a manifest. Feedback without a manifest is learned when the manifest arrives. */
    manifestKnown: boolean;
    /** Rule by which units of feedback are counted. */
    learningMode: LearningMode;
}
/** UnitContribution is the contribution of one unit: the feedback of one user on one output. */
export interface UnitContribution {
    /** Identifier of the user. */
    userId: string;
    /** Weighted score, in [-1, 1]. */
    weightedScore: number;
    /** Weighted score scaled to [0, 1]. */
    score: number;
    /** Evidence of the unit, in [0.1, 1]. */
    evidence: number;
    /** Trust weight of the user, in [0.1, 1]. */
    trust: number;
    /** Models of the output. Each receives an equal share of the unit. */
    models: string[];
    /** Score of the explicit feedback: -1, 0 or 1. Absent without explicit feedback. */
    explicitScore?: number;
    /** Mean sentiment of the implicit signals, in [-1, 1]. Absent without signals. */
    implicitScore?: number;
    /** Sentiment of the voice feedback, in [-1, 1]. Absent without voice feedback. */
    voiceScore?: number;
}
/** RunBatchLearningRequest starts a run. */
export interface RunBatchLearningRequest {
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
}
/** RunBatchLearningResponse is the report of a run. */
export interface RunBatchLearningResponse {
    /** Identifier of the run. */
    runId: string;
    /** Version of the learned scores that the run built and activated. */
    tableVersion: string;
    /** Version of the learned scores that it replaced. */
    previousVersion: string;
    /** Number of units read. */
    units: string;
    /** Number of cells built. */
    cells: string;
    /** Number of cells whose score differs from the previous version by more than 1e-9. */
    changedCells: string;
    /** Largest absolute difference of a score from the previous version. */
    scoreChangeMax: number;
    /** Cells with the largest differences. At most 20. */
    largestChanges: CellChange[];
    /** Start of the run. */
    startTime?: string;
    /** Time at which the new version was activated. */
    endTime?: string;
    /** Number of raters whose trust was computed. */
    ratersJudged: string;
    /** Number of raters whose trust changed. */
    ratersChanged: string;
    /** Prior strengths in effect after the run. At most 100. */
    priors: PriorStrength[];
    /** Models whose quality changed significantly, most significant first. At most 50. */
    drifts: Drift[];
    /** Number of months of decisions that were deleted. */
    decisionMonthsDropped: string;
}
/** PriorStrength is the weight of one level of the hierarchy as a prior of the next narrower level. */
export interface PriorStrength {
    /** Identifier of the tenant. Empty for the strength that applies to all tenants. */
    tenantId: string;
    /** Level: task, domain, tenant or user. */
    level: string;
    /** Weight of the wider level, in units. */
    strength: number;
    /** Number of cells that the strength was fitted to. */
    cells: string;
}
/** Drift is a model whose mean score in the last week differs significantly from the four weeks before. */
export interface Drift {
    /** Identifier of the tenant. */
    tenantId: string;
    /** Task. */
    taskType: string;
    /** Domain. */
    domainMode: string;
    /** Identifier of the model. */
    model: string;
    /** Number of units in the four weeks before. */
    unitsBefore: string;
    /** Mean score in the four weeks before, in [0, 1]. */
    scoreBefore: number;
    /** Number of units in the last week. */
    unitsAfter: string;
    /** Mean score in the last week, in [0, 1]. */
    scoreAfter: number;
    /** Difference of the means in standard errors. */
    standardErrors: number;
}
/** CellChange is a cell whose score was changed by a rebuild. */
export interface CellChange {
    /** Identifier of the tenant. Empty at global scope. */
    tenantId: string;
    /** Cell before the rebuild. Absent when the cell is new. */
    before?: ModelScore;
    /** Cell after the rebuild. Absent when the cell was removed. */
    after?: ModelScore;
}
/** GetLearningStatusRequest selects the tenant. */
export interface GetLearningStatusRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
}
/** GetLearningStatusResponse is the progress of the learning. */
export interface GetLearningStatusResponse {
    /** Number of units that are waiting to be learned. */
    pendingUnits: string;
    /** Age of the oldest waiting unit in milliseconds. 0 when no unit is waiting. */
    lagMs: number;
    /** Number of units that the scores are based on. */
    learnedUnits: string;
    /** Current version of the learned scores. */
    tableVersion: string;
    /** Rule by which units of feedback are counted. */
    learningMode: LearningMode;
    /** Latest nightly run. Absent before the first run. */
    lastRun?: BatchRun;
    /** Whether the cache is reachable. Without it, answers are read from the database. */
    cacheAvailable: boolean;
    /** Half-life of the weight of a unit, in days. */
    halfLifeDays: number;
}
/** BatchRun is one nightly run. */
export interface BatchRun {
    /** Identifier of the run. */
    runId: string;
    /** State of the run. */
    state: BatchRunState;
    /** Number of units read so far. */
    unitsDone: string;
    /** Number of units to read, counted at the start. */
    unitsTotal: string;
    /** Start of the run. */
    startTime?: string;
    /** End of the run. Absent while the run is in progress. */
    endTime?: string;
    /** Error of a failed run. Empty for other runs. */
    errorMessage: string;
    /** Step in progress: trust, rebuild, priors, drift or expiry. Empty between steps and after the end. */
    step: string;
    /** Completed steps. */
    stepsDone: string[];
    /** Number of attempts, including the first. */
    attempts: number;
}
/** ListBatchRunsRequest selects a page of nightly runs. */
export interface ListBatchRunsRequest {
    /** Maximum number of runs per page. 0 selects the default of 50. Values above 100 are reduced to 100. */
    pageSize?: number;
    /** `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
    pageToken?: string;
}
/** ListBatchRunsResponse is one page of nightly runs. */
export interface ListBatchRunsResponse {
    /** Runs, newest first. */
    runs: BatchRunRecord[];
    /** Token of the next page. Empty on the last page. */
    nextPageToken: string;
}
/** BatchRunRecord is one nightly run with its report. */
export interface BatchRunRecord {
    /** State of the run. */
    run?: BatchRun;
    /** Report of the run. Absent until the run has succeeded. */
    report?: RunBatchLearningResponse;
}
/** ListTrustScoresRequest selects trust scores. */
export interface ListTrustScoresRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Only outliers. Default: false. */
    outliersOnly?: boolean;
    /** Maximum number of scores per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000. */
    pageSize?: number;
    /** `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
    pageToken?: string;
}
/** ListTrustScoresResponse is one page of trust scores. */
export interface ListTrustScoresResponse {
    /** Scores, lowest trust first. */
    scores: TrustScore[];
    /** Token of the next page. Empty on the last page. */
    nextPageToken: string;
}
/** TrustScore is the trust weight of a rater with its factors. */
export interface TrustScore {
    /** Identifier of the rater. */
    userId: string;
    /** Trust weight, in [0.1, 1]. */
    trust: number;
    /** Factors of the trust weight. */
    factors: TrustFactor[];
    /** Whether the rater is an outlier. */
    outlier: boolean;
    /** Reason why the rater is an outlier. Empty for other raters. */
    outlierReason: string;
    /** Whether the trust weight is pinned. */
    pinned: boolean;
    /** Time of the last change. */
    updateTime?: string;
}
/** TrustFactor is one factor of a trust weight. */
export interface TrustFactor {
    /** Name of the factor: account_age, volume, diversity or alignment; pinned for a pinned weight. */
    name: string;
    /** Value, in [0, 1]. */
    value: number;
    /** Data that the value was computed from. */
    explanation: string;
}
/** PinTrustScoreRequest pins the trust weight of a rater. */
export interface PinTrustScoreRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of the rater, who may not have given feedback yet. 1 to 200 characters. Required. */
    userId: string;
    /** Trust weight, in [0.1, 1]. Required. */
    trust?: number;
    /** Reason for the pin, shown in ListTrustScores. 1 to 500 characters. Required. */
    reason: string;
}
/** PinTrustScoreResponse contains the trust score after the change. */
export interface PinTrustScoreResponse {
    /** Trust score of the rater. */
    score?: TrustScore;
}
/** ClearTrustScoreRequest removes the pin from the trust score of a rater. */
export interface ClearTrustScoreRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifier of a rater with a trust score. 1 to 200 characters. Required. */
    userId: string;
}
/** ClearTrustScoreResponse contains the trust score after the change. */
export interface ClearTrustScoreResponse {
    /** Trust score of the rater. */
    score?: TrustScore;
}
/** EvaluatePolicyRequest selects a strategy and the decisions to evaluate it on. */
export interface EvaluatePolicyRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Strategy to evaluate. Required. */
    strategy: Strategy;
    /** Earliest time of a decision, inclusive. Default: 30 days ago. */
    startTime?: string;
    /** Latest time of a decision, exclusive. Default: now. */
    endTime?: string;
}
/** EvaluatePolicyResponse contains estimates of the mean score of a strategy. */
export interface EvaluatePolicyResponse {
    /** Estimates by estimator. Empty without enough data. */
    estimates: PolicyEstimate[];
    /** Number of decisions with feedback. */
    events: string;
    /** Effective sample size of the importance weights. */
    effectiveSampleSize: number;
    /** Whether the data are sufficient for a verdict. */
    enoughData: boolean;
    /** Missing data for a verdict. Empty with enough data. */
    explanation: string;
}
/** PolicyEstimate is the estimate of a strategy's mean score by one estimator. */
export interface PolicyEstimate {
    /** Estimator: ips, snips or dr. */
    estimator: string;
    /** Estimated mean score, in [0, 1]. */
    value: number;
    /** Lower bound of the 95 % confidence interval. */
    lower: number;
    /** Upper bound of the 95 % confidence interval. */
    upper: number;
}
/** TenantSettings are the learning settings of a tenant. */
export interface TenantSettings {
    /** Whether the feedback of the tenant contributes to the global scope. Default: false. */
    globalLearning: boolean;
    /**
     * Budget for the cost of the tenant's outputs per UTC day, in US dollars, in [0, 1e9]. 0 means no budget.
     * Recommendations increase the weight of cost when spending runs ahead of the budget. No request is refused because
     * of the budget.
     */
    dailyBudgetUsd: number;
}
/** TenantSettings are the learning settings of a tenant. */
export interface TenantSettingsInput {
    /** Whether the feedback of the tenant contributes to the global scope. Default: false. */
    globalLearning?: boolean;
    /**
     * Budget for the cost of the tenant's outputs per UTC day, in US dollars, in [0, 1e9]. 0 means no budget.
     * Recommendations increase the weight of cost when spending runs ahead of the budget. No request is refused because
     * of the budget.
     */
    dailyBudgetUsd?: number;
}
/** GetTenantSettingsRequest selects the tenant. */
export interface GetTenantSettingsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
}
/** GetTenantSettingsResponse contains the settings of a tenant. */
export interface GetTenantSettingsResponse {
    /** Learning settings of the tenant. */
    settings?: TenantSettings;
    /** Spending of the current day, with or without a budget. */
    budget?: BudgetState;
}
/** BudgetState is the spending of the current day and its effect on recommendations. */
export interface BudgetState {
    /** Cost of the learned outputs created since the start of the UTC day, in US dollars. */
    spentTodayUsd: number;
    /** Number of learned outputs created since the start of the UTC day. */
    requestsToday: string;
    /**
     * Minimum weight of cost in recommendations, in [0, 1]. 0 without a budget. 1 from the exhaustion of the budget to
     * the end of the day. A larger `RecommendationContext.cost_weight` takes precedence.
     */
    costWeight: number;
    /** Time at which `cost_weight` was last set. Absent before the first time. */
    updateTime?: string;
}
/** UpdateTenantSettingsRequest replaces the settings of a tenant. */
export interface UpdateTenantSettingsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /**
     * New settings. Required. They replace all previous settings: fields that are not sent get their defaults. A request
     * with `global_learning` alone therefore removes the daily budget.
     */
    settings: TenantSettingsInput;
}
/** UpdateTenantSettingsResponse contains the settings after the change. */
export interface UpdateTenantSettingsResponse {
    /** Learning settings of the tenant. */
    settings?: TenantSettings;
}
/** RecommendationContext describes the user, the task and the constraints of a recommendation. */
export interface RecommendationContext {
    /** Identifier of the user. Empty selects an answer at tenant scope. At most 200 characters. */
    userId?: string;
    /** Task, as in `ExecutionManifest.task_type`. 1 to 64 characters. Required. */
    taskType: string;
    /** Domain, as in `ExecutionManifest.domain_mode`. Empty means general. At most 64 characters. */
    domainMode?: string;
    /** Models to choose from. Empty selects all models with feedback of the tenant. At most 256 distinct identifiers. */
    candidates?: string[];
    /** Models that must not be chosen. At most 256 distinct identifiers. */
    excludedModels?: string[];
    /** Capabilities that the model must have according to `profiles`. At most 32 distinct names. */
    requiredCapabilities?: string[];
    /** Properties of models. Required for constraints and for the weight of cost. At most 256. */
    profiles?: ModelProfile[];
    /** Maximum cost of the request in US dollars. At least 0. Absent means no limit. */
    costMax?: number;
    /** Maximum latency in milliseconds. At least 0. Absent means no limit. */
    latencyMsMax?: number;
    /**
     * Quality given up for the cost of the most expensive candidate, in [0, 1]. 0 ranks by quality alone. The daily
     * budget of the tenant may increase it.
     */
    costWeight?: number;
    /** Strategy of the choice. Unspecified selects the strategy of the service's settings. */
    strategy?: Strategy;
}
/** ModelProfile contains the properties of a model as known to the Brain. */
export interface ModelProfile {
    /** Identifier of the model. 1 to 200 characters. Required. */
    model: string;
    /** Capabilities of the model. At most 32 distinct names. */
    capabilities?: string[];
    /**
     * Expected cost of a request in US dollars. At least 0. Absent when unknown. An unknown cost passes every limit. For
     * the weight of cost under a daily budget, the mean cost of the model's outputs over the last 7 days replaces an
     * unknown cost.
     */
    cost?: number;
    /** Expected latency in milliseconds. At least 0. Absent when unknown. An unknown latency passes every limit. */
    latencyMs?: number;
    /** Whether the provider of the model is unhealthy. An unhealthy model is not chosen. Default: false. */
    unhealthy?: boolean;
}
/** Recommendation is a chosen model with the reasons of the choice. */
export interface Recommendation {
    /** Identifier of the decision. Copy it to `ExecutionManifest.decision_id`. */
    decisionId: string;
    /** Identifier of the chosen model. Empty without a candidate. */
    model: string;
    /** Exact probability of the choice, in (0, 1]. Copy it to `ExecutionManifest.propensity`. */
    propensity: number;
    /** Shrunk estimate of the quality of the model, in [0, 1]. */
    score: number;
    /** Confidence at `scope`, in [0, 1]. */
    confidence: number;
    /** Number of units at `scope`, without decay. */
    sampleSize: string;
    /** Narrowest scope whose confidence reaches the threshold. */
    scope: Scope;
    /** Other candidates, best first. At most 16. */
    alternatives: RankedModel[];
    /** One sentence that names the counts that determined the choice. */
    reasoning: string;
    /** Strategy of the choice. */
    strategy: Strategy;
    /** Rule by which units of feedback were counted. */
    learningMode: LearningMode;
    /** Time until which the answer may be reused. */
    expireTime?: string;
    /** Time since the oldest table entry of the decision was last confirmed to be current, in milliseconds. */
    stalenessMs: number;
    /**
     * Identifier of the orchestration with the best results for this model, task and domain. Empty without an
     * orchestration.
     */
    orchestrationId: string;
    /** Services that took part in the outputs that the feedback on this model, task and domain refers to. */
    requiredServices: string[];
    /** Identifier of the experiment that determined the choice. Empty without an experiment. */
    experimentId: string;
    /** Variant of the experiment. Empty without an experiment. */
    variant: string;
    /** Version of the learned scores that the answer is based on. */
    tableVersion: string;
    /** Epoch of the experiment. 0 without an experiment. */
    experimentEpoch: number;
}
/** GetRecommendationRequest asks for one recommendation. */
export interface GetRecommendationRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** User, task and constraints. Required. */
    context: RecommendationContext;
}
/** GetRecommendationResponse contains one recommendation. */
export interface GetRecommendationResponse {
    /** Recommendation for the context. */
    recommendation?: Recommendation;
}
/** BatchGetRecommendationsRequest asks for many recommendations. */
export interface BatchGetRecommendationsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Contexts. 1 to 256. */
    contexts: RecommendationContext[];
}
/** BatchGetRecommendationsResponse contains many recommendations. */
export interface BatchGetRecommendationsResponse {
    /** One recommendation per context, in the order of the request. */
    recommendations: Recommendation[];
}
/** WatchRecommendationsRequest selects the entries of the table. */
export interface WatchRecommendationsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Users whose own entries are sent in addition to the entries of the tenant. At most 1,000 distinct identifiers. */
    userIds?: string[];
    /** Tasks to send. Empty selects all tasks. At most 64 distinct tasks. */
    taskTypes?: string[];
    /** Strategy that the propensities are computed for. Unspecified selects the strategy of the service's settings. */
    strategy?: Strategy;
}
/** WatchRecommendationsResponse is a part of the table or a keepalive. */
export interface WatchRecommendationsResponse {
    /** New and changed entries. Empty in a keepalive. A message is sent at least every 10 seconds. */
    entries: TableEntry[];
    /** Whether all entries that existed at the start of the stream have been sent. */
    snapshotComplete: boolean;
    /** Version of the learned scores. When it changes, entries of earlier versions are invalid. */
    tableVersion: string;
    /** Time at which the message was sent. */
    sendTime?: string;
}
/** TableEntry is the ranking of the models in one context. */
export interface TableEntry {
    /** Identifier of the user. Empty for the entry of the tenant. */
    userId: string;
    /** Task. Empty for any task. */
    taskType: string;
    /** Domain. Empty for any domain. */
    domainMode: string;
    /** Models with feedback, best first, with their propensities. */
    models: RankedModel[];
    /** Narrowest scope with enough confidence for the best model. */
    scope: Scope;
    /** One sentence that names the counts that determined the choice. */
    reasoning: string;
    /** Strategy that the propensities were computed for. */
    strategy: Strategy;
    /** Time until which the entry may be used. */
    expireTime?: string;
}
/** RankModelsRequest contains scores of the Brain to combine with the learned scores. */
export interface RankModelsRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** User, task and constraints. Required. Its `candidates` are ignored; `scores` names the models. */
    context: RecommendationContext;
    /** Scores of the Brain, one per model. 1 to 256. */
    scores: BrainScore[];
}
/** BrainScore is the score of one model by the Brain. */
export interface BrainScore {
    /** Identifier of the model. 1 to 200 characters. Required. */
    model: string;
    /** Score, in [0, 1]. */
    score?: number;
}
/**
 * RankModelsResponse ranks models by (1 - w) * brain_score + w * neural_score, where w = 0.35 * min(1, confidence /
 * confidence_threshold).
 */
export interface RankModelsResponse {
    /** One score per model, best first. */
    scores: MixedScore[];
    /** Rule by which units of feedback were counted. */
    learningMode: LearningMode;
    /** Confidence at which the learned score gets its full weight, in (0, 1]. */
    confidenceThreshold: number;
}
/** MixedScore is the combined score of one model with its parts. */
export interface MixedScore {
    /** Identifier of the model. */
    model: string;
    /** Combined score, in [0, 1]. */
    finalScore: number;
    /** Score of the Brain, in [0, 1]. */
    brainScore: number;
    /** Learned estimate, in [0, 1]. */
    neuralScore: number;
    /** Weight of the learned estimate, in [0, 0.35]. */
    weight: number;
    /** Confidence at `scope`, in [0, 1]. */
    confidence: number;
    /** Narrowest scope whose confidence reaches the threshold. */
    scope: Scope;
    /** Whether the model meets the constraints. Models that do not are ranked last. */
    eligible: boolean;
}
/** ListModelScoresRequest selects learned scores. */
export interface ListModelScoresRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Scope of the scores. Required. */
    scope: Scope;
    /** Identifier of the user. Required at user scope; must be empty at other scopes. At most 200 characters. */
    userId?: string;
    /** Identifier of the model. Empty matches all. At most 200 characters. */
    model?: string;
    /** Task, as in `ExecutionManifest.task_type`. Empty matches all. At most 64 characters. */
    taskType?: string;
    /** Domain, as in `ExecutionManifest.domain_mode`. Empty matches all. At most 64 characters. */
    domainMode?: string;
    /** Whether to include the roll-ups over tasks and domains. Default: false. */
    includeRollups?: boolean;
    /** Maximum number of scores per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000. */
    pageSize?: number;
    /** `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
    pageToken?: string;
}
/** ListModelScoresResponse is one page of learned scores. */
export interface ListModelScoresResponse {
    /** Scores, ordered by task, domain and model. */
    scores: ModelScore[];
    /** Token of the next page. Empty on the last page. */
    nextPageToken: string;
    /** Rule by which units of feedback were counted. */
    learningMode: LearningMode;
    /** Version of the learned scores that the answer is based on. */
    tableVersion: string;
}
/** ExplainRecommendationRequest asks for an explanation of a recommendation. */
export interface ExplainRecommendationRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** User, task and constraints. Required. */
    context: RecommendationContext;
}
/** ExplainRecommendationResponse contains each step from the counts to the ranking. */
export interface ExplainRecommendationResponse {
    /** Candidates, best first. */
    models: ModelExplanation[];
    /** One sentence that names the counts that determined the choice. */
    reasoning: string;
    /** Strategy of the choice. */
    strategy: Strategy;
    /** Rule by which units of feedback were counted. */
    learningMode: LearningMode;
    /** Candidates that do not meet a constraint. */
    refused: RefusedModel[];
    /** Version of the learned scores that the answer is based on. */
    tableVersion: string;
}
/** ModelExplanation explains the rank of one candidate. */
export interface ModelExplanation {
    /** Estimate and propensity of the candidate. */
    ranked?: RankedModel;
    /**
     * Levels of the hierarchy, from global to user. The estimate of each level is shrunk towards the estimate of the
     * previous level.
     */
    levels: ScopeEvidence[];
}
/** RefusedModel is a candidate that does not meet a constraint. */
export interface RefusedModel {
    /** Identifier of the model. */
    model: string;
    /** Constraint that the model does not meet. */
    reason: string;
}
/** Scope is the set of users whose feedback an estimate is based on. */
export type Scope = 
/** Not set. In answers: no scope has feedback. */
"SCOPE_UNSPECIFIED"
/** Feedback of one user. */
 | "SCOPE_USER"
/** Feedback of all users of one tenant. */
 | "SCOPE_TENANT"
/** Feedback of all tenants that take part in global learning. */
 | "SCOPE_GLOBAL";
/** Strategy is the rule that chooses a model from the estimates. Later versions may add values. */
export type Strategy = 
/** The strategy of the service's settings. */
"STRATEGY_UNSPECIFIED"
/** The model with the highest estimate. */
 | "STRATEGY_GREEDY"
/** Thompson sampling: each model with the probability that it is the best. */
 | "STRATEGY_THOMPSON"
/** The model with the highest estimate, or with a small probability a random model. */
 | "STRATEGY_EPSILON_GREEDY"
/** The model with the highest score at the first scope with enough confidence, in the order user, tenant, global. */
 | "STRATEGY_SCOPE_FALLBACK";
/** LearningMode is the rule by which a unit of feedback is counted. A unit is the feedback of one user on one output. */
export type LearningMode = 
/** Not set. */
"LEARNING_MODE_UNSPECIFIED"
/** Each unit counts 1. */
 | "LEARNING_MODE_RUNNING_MEAN"
/** Each unit counts its evidence, in [0.1, 1], so that feedback with a low trust weight counts less. */
 | "LEARNING_MODE_EVIDENCE_WEIGHTED";
/** ScopeEvidence is the evidence on a model at one level of the hierarchy. */
export interface ScopeEvidence {
    /** Scope of the level. */
    scope: Scope;
    /** Task of the cell. Empty for the roll-up over tasks. */
    taskType: string;
    /** Domain of the cell. Empty for the roll-up over domains. */
    domainMode: string;
    /** Mean score of the cell alone, in [0, 1]. 0.5 without evidence. */
    score: number;
    /** Decayed evidence of the cell, in units. */
    evidence: number;
    /** min(evidence / minimum samples of the scope, 1), in [0, 1]. */
    confidence: number;
    /** Number of units, without decay. */
    sampleSize: string;
    /** Estimate after this level: the score shrunk towards the estimate of the previous level, in [0, 1]. */
    shrunkScore: number;
}
/** RankedModel is one candidate with its estimate. */
export interface RankedModel {
    /** Identifier of the model. */
    model: string;
    /** Shrunk estimate of the quality, in [0, 1]. */
    score: number;
    /** Confidence at `scope`, in [0, 1]. */
    confidence: number;
    /** Number of units at `scope`, without decay. */
    sampleSize: string;
    /** Probability that this model is chosen, in [0, 1]. The propensities of all candidates sum to 1. */
    propensity: number;
    /** Narrowest scope whose confidence for this model reaches the threshold. */
    scope: Scope;
    /** Score minus the weighted cost. Candidates are ranked by it. */
    utility: number;
}
/** ModelScore is one learned cell: a model, task and domain at one scope. */
export interface ModelScore {
    /** Scope of the cell. */
    scope: Scope;
    /** Identifier of the user at user scope. Empty at other scopes. */
    userId: string;
    /** Identifier of the model. */
    model: string;
    /** Task. Empty for the roll-up over tasks. */
    taskType: string;
    /** Domain. Empty for the roll-up over domains. */
    domainMode: string;
    /** Mean score, in [0, 1]. 0.5 without evidence. */
    score: number;
    /** min(evidence / minimum samples of the scope, 1), in [0, 1]. */
    confidence: number;
    /** Decayed evidence, in units. */
    evidence: number;
    /** Mean score over the units that name accuracy, in [0, 1]. Absent without such units. */
    accuracyScore?: number;
    /** Mean score over the units that name relevance, in [0, 1]. Absent without such units. */
    relevanceScore?: number;
    /** Mean score over the units that name speed, in [0, 1]. Absent without such units. */
    speedScore?: number;
    /** Number of units with a positive rating. */
    positiveCount: string;
    /** Number of units with a negative rating. */
    negativeCount: string;
    /** Number of units with a neutral rating. */
    neutralCount: string;
    /** Number of units whose signals have a mean sentiment above 0. */
    implicitPositiveCount: string;
    /** Number of units whose signals have a mean sentiment below 0. */
    implicitNegativeCount: string;
    /** Number of units. */
    totalCount: string;
    /** Time of the last change of the cell. */
    updateTime?: string;
    /** Latest version of the model with feedback in the cell. Empty for the unnamed version. */
    modelVersion: string;
}
/** VoiceStatus is the state of a transcription. Later versions may add values. */
export type VoiceStatus = 
/** Not set. */
"VOICE_STATUS_UNSPECIFIED"
/** Waiting for a worker, for the first or a later attempt. */
 | "VOICE_STATUS_PENDING"
/** In progress. */
 | "VOICE_STATUS_PROCESSING"
/** Transcribed. The comment counts as feedback. */
 | "VOICE_STATUS_COMPLETED"
/** Failed. `error_code` states the error. */
 | "VOICE_STATUS_FAILED"
/** Complete. The recording contains no speech. */
 | "VOICE_STATUS_NO_SPEECH";
/** Transcript is the result of speech recognition on a recording. */
export interface Transcript {
    /** Whether the recording contains no speech. If true, text, language and sentiment are empty. */
    noSpeech: boolean;
    /** Text in the spoken language. */
    text: string;
    /** Spoken language, ISO 639-1. Empty when the language has no such code. */
    language: string;
    /** Probability of the detected language, in [0, 1]. 1 when the request stated the language. */
    languageProbability: number;
    /** Text in English. Empty without a translation. */
    englishTranslation: string;
    /** Confidence in the text, in [0, 1]. */
    confidence: number;
    /** One sentence that states why the text may be wrong. Empty without a reason. */
    doubt: string;
    /** Length of the recording. */
    audioDuration?: string;
    /** Speech recognition model. */
    model: string;
    /** Sentiment of the text towards the output, in [-1, 1]. Absent without speech. */
    sentiment?: number;
    /** Rating derived from the sentiment. Unspecified without speech. */
    inferredRating: Rating;
    /** Categories that the text refers to, most likely first. */
    inferredCategories: FeedbackCategory[];
}
/** VoiceFeedback is a voice comment on an output with the state of its transcription. */
export interface VoiceVoiceFeedback {
    /** Identifier of the voice feedback, a UUID. */
    voiceId: string;
    /** Identifier of the output that the comment refers to. */
    outputId: string;
    /** Identifier of the speaker. */
    userId: string;
    /** Place where the feedback was given. */
    source: FeedbackSource;
    /** State of the transcription. */
    status: VoiceStatus;
    /** Time of submission. */
    createTime?: string;
    /** Time of the last change. */
    updateTime?: string;
    /** Time at which the transcription ended. Absent before. */
    completeTime?: string;
    /** Format of the recording, such as webm or mp3. */
    audioFormat: string;
    /** Size of the recording in bytes. */
    audioBytes: string;
    /** Whether the recording is still stored. */
    audioKept: boolean;
    /** Result of the transcription. Absent until the status is completed or no_speech. */
    transcript?: Transcript;
    /** Number of attempts. */
    attempts: number;
    /** Earliest time of the next attempt. Absent when no attempt is scheduled. */
    nextAttemptTime?: string;
    /** Error of the last attempt, in lower_snake_case. Empty without an error. */
    errorCode: string;
    /** Error of the last attempt as a sentence. Empty without an error. */
    errorMessage: string;
}
/** TranscribeRequest is one part of a recording: the header or a chunk of the file. */
export interface TranscribeRequest {
    /** Options of the transcription. Sent first. */
    header?: TranscribeHeader;
    /**
     * Next bytes of the file. 1 byte to 256 KiB per chunk. The whole file has at most 25 MB by default; the limit is a
     * setting of the service.
     */
    chunk?: string;
}
/** TranscribeHeader contains the options of a transcription. */
export interface TranscribeHeader {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Spoken language, ISO 639-1. Empty detects it. At most 3 characters. */
    language?: string;
    /** Whether to skip the English translation, which takes about as long as the transcription. Default: false. */
    skipTranslation?: boolean;
}
/** TranscribeResponse contains the result of a transcription. */
export interface TranscribeResponse {
    /** Transcript of the recording. */
    transcript?: Transcript;
}
/** TranslateTextRequest contains a text to translate. */
export interface TranslateTextRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Text. 1 to 5,000 characters. Required. */
    text: string;
    /** Language of the text, ISO 639-1, with or without a region. Empty detects it. At most 16 characters. */
    sourceLanguage?: string;
    /** Language of the translation, ISO 639-1, with or without a region. Empty selects English. At most 16 characters. */
    targetLanguage?: string;
}
/** TranslateTextResponse contains a translation. */
export interface TranslateTextResponse {
    /** Translated text. Unchanged when the text is in the target language already. */
    text: string;
    /** Language of the original, ISO 639-1. */
    sourceLanguage: string;
    /** Language of the translation, ISO 639-1. */
    targetLanguage: string;
}
/** GetVoiceFeedbackRequest names one voice comment. */
export interface GetVoiceFeedbackRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the voice feedback, a UUID. Required. */
    voiceId: string;
}
/** GetVoiceFeedbackResponse contains one voice comment. */
export interface GetVoiceFeedbackResponse {
    /** Voice comment with its transcript. */
    feedback?: VoiceVoiceFeedback;
}
/** ListVoiceFeedbackRequest selects the voice feedback that matches every filter that is set. */
export interface ListVoiceFeedbackRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** State of the transcription. Unspecified matches all. */
    status?: VoiceStatus;
    /** Identifier of the output. Empty matches all. At most 100 characters. */
    outputId?: string;
    /** Identifier of the speaker. Empty matches all. At most 200 characters. */
    userId?: string;
    /** Maximum number of voice comments per page. 0 selects the default of 50. Values above 1,000 are reduced to 1,000. */
    pageSize?: number;
    /** `next_page_token` of the previous page. Empty for the first page. At most 2,048 characters. */
    pageToken?: string;
}
/** ListVoiceFeedbackResponse is one page of voice feedback. */
export interface ListVoiceFeedbackResponse {
    /** Voice feedback, newest first. */
    feedback: VoiceVoiceFeedback[];
    /** Token of the next page. Empty on the last page. */
    nextPageToken: string;
}
/** RetryVoiceFeedbackRequest names the voice feedback to transcribe again. */
export interface RetryVoiceFeedbackRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Idempotency key, a UUID. Required. A repeat within 24 hours returns the first answer. */
    requestId: string;
    /** Identifiers of voice feedback. 1 to 1,000 distinct UUIDs. */
    voiceIds: string[];
    /** Reason of the retry, stored in the audit log. At most 500 characters. Default: empty. */
    reason?: string;
}
/** RetryVoiceFeedbackResponse contains the outcome for each voice comment. */
export interface RetryVoiceFeedbackResponse {
    /** Voice feedback that was queued again. */
    retriedVoiceIds: string[];
    /** Voice feedback that was not queued: it had not failed, or its recording is deleted. */
    unchangedVoiceIds: string[];
}
/** GetVoiceAudioRequest names one recording. */
export interface GetVoiceAudioRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. Required for an operator who
     * acts for all tenants. At most 100 characters.
     */
    tenantId?: string;
    /** Identifier of the voice feedback, a UUID. Required. */
    voiceId: string;
}
/** GetVoiceAudioResponse is one part of a recording. */
export interface GetVoiceAudioResponse {
    /** Format of the file, such as webm or mp3. Set in the first part only. */
    audioFormat: string;
    /** Size of the whole file in bytes. Set in the first part only. */
    audioBytes: string;
    /** Next bytes of the file. At most 256 KiB. */
    chunk: string;
}
/** GetVoiceQueueRequest selects the tenant. */
export interface GetVoiceQueueRequest {
    /**
     * Tenant of the request. Default: the tenant of the caller; another tenant is refused. For an operator who acts for
     * all tenants, empty selects all tenants. At most 100 characters.
     */
    tenantId?: string;
}
/** GetVoiceQueueResponse describes the queue of transcriptions. */
export interface GetVoiceQueueResponse {
    /**
     * Number of voice comments by status. Statuses without voice comments are left out. Pending and processing comments
     * are counted without a limit of time. Other statuses are counted for one tenant only, over the last 30 days.
     */
    depths: VoiceDepth[];
    /** Time of submission of the oldest voice comment that is pending or processing. Absent when none is. */
    oldestWaitingTime?: string;
    /** Age of the oldest voice comment that is pending or processing. Absent when none is. */
    oldestWaitingAge?: string;
}
/** VoiceDepth is the number of voice comments with one status. */
export interface VoiceDepth {
    /** Status. */
    status: VoiceStatus;
    /** Number of voice comments. */
    count: string;
}

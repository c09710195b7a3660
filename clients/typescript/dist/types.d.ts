export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
    [name: string]: JsonValue;
}
/** Results are the analysis of an experiment as it stands. */
export interface Results {
    /** Experiment. */
    experimentId: string;
    /** When it was analysed. */
    analyzeTime?: string;
    /** Users and outcomes of each variant. */
    variants: VariantCount[];
    /** Whether users arrived in the planned shares, by epoch. */
    sampleRatios: SampleRatio[];
    /** Each treatment against the control, by metric. */
    comparisons: Comparison[];
    /** control, treatment or inconclusive. */
    winner: string;
    /** Variant that wins; empty when none does. */
    winningVariant: string;
    /** Whether the winner should be deployed: whether every criterion passed. */
    shouldDeploy: boolean;
    /** Each criterion with its value. */
    criteria: Criterion[];
    /** Whether the confidence sequence allows to stop now. */
    mayStop: boolean;
    /** What blocks a verdict, in words; empty when nothing does. */
    blocked: string;
}
/** VariantCount counts what a variant gathered. */
export interface VariantCount {
    /** Variant. */
    variant: string;
    /** Epoch. */
    epoch: number;
    /** Users with an exposure. */
    users: string;
    /** Units with feedback. */
    units: string;
    /** Units with a weighted score above 0. */
    positiveUnits: string;
}
/** SampleRatio compares the users of the variants with the planned shares. */
export interface SampleRatio {
    /** Epoch. */
    epoch: number;
    /** p of the chi-square test, in [0, 1]. */
    pValue: number;
    /** Whether p is below 0.001: then no verdict is given. */
    alarm: boolean;
}
/** Comparison is a treatment against the control by one metric. */
export interface Comparison {
    /** Metric. */
    metric: string;
    /** Treatment. */
    variant: string;
    /** Mean of the control. */
    controlMean: number;
    /** Mean of the treatment. */
    treatmentMean: number;
    /** Treatment less control. */
    difference: number;
    /** Lower bound of the fixed-horizon interval. */
    lower: number;
    /** Upper bound of the fixed-horizon interval. */
    upper: number;
    /** p of the fixed-horizon test, in [0, 1]; 1 when it cannot be computed. */
    pValue: number;
    /** p adjusted over metrics by Holm. */
    pHolm: number;
    /** p adjusted over metrics by Benjamini and Hochberg. */
    pBenjaminiHochberg: number;
    /** Lower bound of the confidence sequence, valid at every look. */
    sequenceLower: number;
    /** Upper bound of the confidence sequence. */
    sequenceUpper: number;
    /** Effect size: Cohen's d, or h for proportions. */
    effectSize: number;
    /** Test that gave p. */
    test: string;
    /** Whether the sequence excludes no difference. */
    significantAnytime: boolean;
}
/** Criterion is one condition of deployment. */
export interface Criterion {
    /** Name: significance, direction, users, duration, latency, sample_ratio or guardrail:<metric>. */
    name: string;
    /** What was measured. */
    value: number;
    /** What is required. */
    threshold: number;
    /** Whether it holds. */
    passed: boolean;
    /** In words. */
    explanation: string;
}
/** ResultLook is what an analysis said at a moment of the past. */
export interface ResultLook {
    /** When it was taken. */
    takeTime?: string;
    /** Each treatment against the control, by metric. */
    comparisons: LookedComparison[];
}
/** LookedComparison is a treatment against the control by one metric, as it was seen then. */
export interface LookedComparison {
    /** Metric. */
    metric: string;
    /** Treatment. */
    variant: string;
    /** Treatment less control. */
    difference: number;
    /** Lower bound of the confidence sequence. */
    sequenceLower: number;
    /** Upper bound of the confidence sequence. */
    sequenceUpper: number;
    /** Users with an exposure to the control, over all epochs. */
    controlUsers: string;
    /** Users with an exposure to the treatment, over all epochs. */
    treatmentUsers: string;
}
/** ExperimentType is what an experiment varies. Values may be added. */
export type ExperimentType = 
/** Not stated; refused on input. */
"EXPERIMENT_TYPE_UNSPECIFIED"
/** Which model answers. */
 | "EXPERIMENT_TYPE_MODEL_ROUTING"
/** Which orchestration runs. */
 | "EXPERIMENT_TYPE_ORCHESTRATION"
/** Which service takes part. */
 | "EXPERIMENT_TYPE_SERVICE"
/** Which prompt is used. */
 | "EXPERIMENT_TYPE_PROMPT";
/** ExperimentState is where an experiment stands. */
export type ExperimentState = 
/** Never sent. */
"EXPERIMENT_STATE_UNSPECIFIED"
/** Being prepared; assigns nobody. */
 | "EXPERIMENT_STATE_DRAFT"
/** Assigns users. */
 | "EXPERIMENT_STATE_RUNNING"
/** Assigns nobody for now. */
 | "EXPERIMENT_STATE_PAUSED"
/** Ended with a result. */
 | "EXPERIMENT_STATE_COMPLETED"
/** Ended without. */
 | "EXPERIMENT_STATE_CANCELLED";
/** MetricDirection says which way a metric is better. */
export type MetricDirection = 
/** Not stated; refused on input. */
"METRIC_DIRECTION_UNSPECIFIED"
/** More is better. */
 | "METRIC_DIRECTION_UP"
/** Less is better. */
 | "METRIC_DIRECTION_DOWN";
/** WinnerRule says when a treatment wins. */
export type WinnerRule = 
/** Superiority. */
"WINNER_RULE_UNSPECIFIED"
/** Quality is better. */
 | "WINNER_RULE_SUPERIORITY"
/** Quality is not worse and cost is lower. */
 | "WINNER_RULE_NOT_INFERIOR_CHEAPER"
/** Quality is not worse and latency is lower. */
 | "WINNER_RULE_NOT_INFERIOR_FASTER";
/** Experiment compares ways of routing requests on real users. Its first variant is the control. */
export interface Experiment {
    /** Identifier; assigned by the service. */
    experimentId: string;
    /** Tenant; empty for an experiment over all tenants. */
    tenantId: string;
    /** What people call it. 1 to 200 characters. */
    displayName: string;
    /** What is expected, and why. At most 2,000 characters. */
    hypothesis: string;
    /** What is varied. Required. */
    type: ExperimentType;
    /** Where it stands; set by the service. */
    state: ExperimentState;
    /** Variants, the control first. 2 to 8 with distinct names. */
    variants: Variant[];
    /** Share of users in treatment, in [0, 1]; all treatments together. Raising it never moves a treated user back. */
    trafficPercentage: number;
    /** Whom it covers; absent covers everybody. */
    targeting?: Targeting;
    /** Layer: experiments of one layer never share a user. Empty for none. At most 64 characters. */
    layer: string;
    /** Start of its share of the layer, in [0, 1]. */
    layerStart: number;
    /** End of its share of the layer, in [0, 1]; 0 means 1. */
    layerEnd: number;
    /** Share of users kept out of every experiment of the layer, in [0, 1]. */
    holdout: number;
    /** Variants that testers see whatever their bucket, by user; never analysed. At most 100. */
    forcedVariants: Record<string, string>;
    /** What is measured beside the positive rate. At most 20. */
    metrics: Metric[];
    /** When a treatment wins; unspecified means superiority. */
    winnerRule: WinnerRule;
    /** Error of the first kind, in (0, 0.5]; 0 means 0.05. */
    alpha: number;
    /** Least users a variant before a verdict; 0 means 1,000. */
    usersMin: number;
    /** Least time before a verdict; absent means 168 hours. */
    durationMin?: string;
    /** Analysis starts anew with each epoch and is stratified over them; set by the service. */
    epoch: number;
    /** Names this state for optimistic concurrency; set by the service. */
    etag: string;
    /** When it was created. */
    createTime?: string;
    /** When it last changed. */
    updateTime?: string;
    /** When it was first started; absent before. */
    startTime?: string;
    /** When it was completed or cancelled; absent before. */
    endTime?: string;
}
/** Experiment compares ways of routing requests on real users. Its first variant is the control. */
export interface ExperimentInput {
    /** Identifier; assigned by the service. */
    experimentId?: string;
    /** Tenant; empty for an experiment over all tenants. */
    tenantId?: string;
    /** What people call it. 1 to 200 characters. */
    displayName: string;
    /** What is expected, and why. At most 2,000 characters. */
    hypothesis?: string;
    /** What is varied. Required. */
    type: ExperimentType;
    /** Where it stands; set by the service. */
    state?: ExperimentState;
    /** Variants, the control first. 2 to 8 with distinct names. */
    variants: VariantInput[];
    /** Share of users in treatment, in [0, 1]; all treatments together. Raising it never moves a treated user back. */
    trafficPercentage?: number;
    /** Whom it covers; absent covers everybody. */
    targeting?: TargetingInput;
    /** Layer: experiments of one layer never share a user. Empty for none. At most 64 characters. */
    layer?: string;
    /** Start of its share of the layer, in [0, 1]. */
    layerStart?: number;
    /** End of its share of the layer, in [0, 1]; 0 means 1. */
    layerEnd?: number;
    /** Share of users kept out of every experiment of the layer, in [0, 1]. */
    holdout?: number;
    /** Variants that testers see whatever their bucket, by user; never analysed. At most 100. */
    forcedVariants?: Record<string, string>;
    /** What is measured beside the positive rate. At most 20. */
    metrics?: MetricInput[];
    /** When a treatment wins; unspecified means superiority. */
    winnerRule?: WinnerRule;
    /** Error of the first kind, in (0, 0.5]; 0 means 0.05. */
    alpha?: number;
    /** Least users a variant before a verdict; 0 means 1,000. */
    usersMin?: number;
    /** Least time before a verdict; absent means 168 hours. */
    durationMin?: string;
    /** Analysis starts anew with each epoch and is stratified over them; set by the service. */
    epoch?: number;
    /** Names this state for optimistic concurrency; set by the service. */
    etag?: string;
    /** When it was created. */
    createTime?: string;
    /** When it last changed. */
    updateTime?: string;
    /** When it was first started; absent before. */
    startTime?: string;
    /** When it was completed or cancelled; absent before. */
    endTime?: string;
}
/** Variant is one way of routing. */
export interface Variant {
    /** Name within the experiment. 1 to 64 characters. */
    name: string;
    /** What it does, by the schema of the experiment's type. At most 64 KiB as JSON. */
    config?: JsonObject;
    /** Share of the treatment's users among treatments, relative to the others; 0 means 1. Ignored for the control. */
    weight: number;
}
/** Variant is one way of routing. */
export interface VariantInput {
    /** Name within the experiment. 1 to 64 characters. */
    name: string;
    /** What it does, by the schema of the experiment's type. At most 64 KiB as JSON. */
    config?: JsonObject;
    /** Share of the treatment's users among treatments, relative to the others; 0 means 1. Ignored for the control. */
    weight?: number;
}
/** Targeting says whom an experiment covers: everybody who meets all conditions. */
export interface Targeting {
    /** Tasks; empty for all. At most 64. */
    taskTypes: string[];
    /** Domains; empty for all. At most 64. */
    domainModes: string[];
    /** Tenants, in an experiment over all tenants; empty for all. At most 1,000. */
    tenantIds: string[];
    /** Attributes of the user, each with the values that are covered. At most 16. */
    attributes: AttributeCondition[];
}
/** Targeting says whom an experiment covers: everybody who meets all conditions. */
export interface TargetingInput {
    /** Tasks; empty for all. At most 64. */
    taskTypes?: string[];
    /** Domains; empty for all. At most 64. */
    domainModes?: string[];
    /** Tenants, in an experiment over all tenants; empty for all. At most 1,000. */
    tenantIds?: string[];
    /** Attributes of the user, each with the values that are covered. At most 16. */
    attributes?: AttributeConditionInput[];
}
/** AttributeCondition covers users whose attribute has one of some values. */
export interface AttributeCondition {
    /** Attribute. 1 to 64 characters. */
    name: string;
    /** Values that are covered. At most 64. */
    values: string[];
}
/** AttributeCondition covers users whose attribute has one of some values. */
export interface AttributeConditionInput {
    /** Attribute. 1 to 64 characters. */
    name: string;
    /** Values that are covered. At most 64. */
    values?: string[];
}
/** Metric is something that an experiment measures. */
export interface Metric {
    /** Name: positive_rate, mean_score, cost, latency_ms or one that clients send. 1 to 64 characters. */
    name: string;
    /** Whether more is better. Required. */
    direction: MetricDirection;
    /** Whether a treatment must not make it worse. */
    guardrail: boolean;
    /** Relative loss that is still taken as no loss, in [0, 1]. */
    margin: number;
}
/** Metric is something that an experiment measures. */
export interface MetricInput {
    /** Name: positive_rate, mean_score, cost, latency_ms or one that clients send. 1 to 64 characters. */
    name: string;
    /** Whether more is better. Required. */
    direction: MetricDirection;
    /** Whether a treatment must not make it worse. */
    guardrail?: boolean;
    /** Relative loss that is still taken as no loss, in [0, 1]. */
    margin?: number;
}
/** Assignment is the variant that a user sees. */
export interface Assignment {
    /** Experiment. */
    experimentId: string;
    /** Variant; empty when the user is in none. */
    variant: string;
    /** Epoch in which it was assigned. */
    epoch: number;
    /** Whether the user's outcomes count. */
    analysed: boolean;
    /** Why: bucket, forced, not_covered, holdout, outside_layer, unassigned, not_running. */
    reason: string;
    /** The variant's configuration. */
    config?: JsonObject;
}
/** CreateExperimentRequest asks to create a draft. */
export interface CreateExperimentRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** The experiment; what the service sets is ignored. Required. */
    experiment: ExperimentInput;
    /** Whether it covers all tenants; for operators. */
    allTenants?: boolean;
}
/** CreateExperimentResponse shows the draft. */
export interface CreateExperimentResponse {
    /** The experiment. */
    experiment?: Experiment;
}
/** GetExperimentRequest asks for an experiment. */
export interface GetExperimentRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Experiment. A UUID. */
    experimentId: string;
}
/** GetExperimentResponse shows an experiment. */
export interface GetExperimentResponse {
    /** The experiment. */
    experiment?: Experiment;
}
/** ListExperimentsRequest asks for experiments. */
export interface ListExperimentsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** State; unspecified for all. */
    state?: ExperimentState;
    /** Items a page; 0 means 50, more than 1,000 means 1,000. */
    pageSize?: number;
    /** Token of the page, from the answer before; empty for the first. */
    pageToken?: string;
}
/** ListExperimentsResponse is a page of experiments. */
export interface ListExperimentsResponse {
    /** Experiments, newest first; those over all tenants included. */
    experiments: Experiment[];
    /** Token of the next page; empty on the last. */
    nextPageToken: string;
}
/** UpdateExperimentRequest asks to change an experiment. */
export interface UpdateExperimentRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
    etag?: string;
    /** The experiment as it shall be; what the service sets is ignored. Required. */
    experiment: ExperimentInput;
}
/** UpdateExperimentResponse shows the experiment after the change. */
export interface UpdateExperimentResponse {
    /** The experiment. */
    experiment?: Experiment;
    /** Whether the change opened a new epoch. */
    openedEpoch: boolean;
}
/** StartExperimentRequest asks to start a draft. */
export interface StartExperimentRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
    etag?: string;
    /** Why, for the audit. At most 500 characters. */
    reason?: string;
}
/** StartExperimentResponse shows the experiment after the change. */
export interface StartExperimentResponse {
    /** The experiment. */
    experiment?: Experiment;
}
/** PauseExperimentRequest asks to pause a running experiment. */
export interface PauseExperimentRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
    etag?: string;
    /** Why, for the audit. At most 500 characters. */
    reason?: string;
}
/** PauseExperimentResponse shows the experiment after the change. */
export interface PauseExperimentResponse {
    /** The experiment. */
    experiment?: Experiment;
}
/** ResumeExperimentRequest asks to resume a paused experiment. */
export interface ResumeExperimentRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
    etag?: string;
    /** Why, for the audit. At most 500 characters. */
    reason?: string;
}
/** ResumeExperimentResponse shows the experiment after the change. */
export interface ResumeExperimentResponse {
    /** The experiment. */
    experiment?: Experiment;
}
/** CompleteExperimentRequest asks to complete an experiment. */
export interface CompleteExperimentRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
    etag?: string;
    /** Why, for the audit. At most 500 characters. */
    reason?: string;
}
/** CompleteExperimentResponse shows the experiment after the change. */
export interface CompleteExperimentResponse {
    /** The experiment. */
    experiment?: Experiment;
}
/** CancelExperimentRequest asks to cancel an experiment. */
export interface CancelExperimentRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
    etag?: string;
    /** Why, for the audit. At most 500 characters. */
    reason?: string;
}
/** CancelExperimentResponse shows the experiment after the change. */
export interface CancelExperimentResponse {
    /** The experiment. */
    experiment?: Experiment;
}
/** AssignVariantRequest asks which variant a user sees. */
export interface AssignVariantRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** For whom. Required. */
    context: AssignmentContext;
}
/** AssignmentContext says who is to be assigned, and for what. */
export interface AssignmentContext {
    /** User. 1 to 200 characters. */
    userId: string;
    /** Task; empty meets no condition on tasks. At most 64 characters. */
    taskType?: string;
    /** Domain; empty means general. At most 64 characters. */
    domainMode?: string;
    /** Attributes of the user. At most 32. */
    attributes?: Record<string, string>;
}
/** AssignVariantResponse tells the variant. */
export interface AssignVariantResponse {
    /** The assignment. */
    assignment?: Assignment;
}
/** BatchAssignVariantsRequest asks for many users. */
export interface BatchAssignVariantsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** For whom. 1 to 1,000. */
    contexts: AssignmentContext[];
}
/** BatchAssignVariantsResponse tells the variants. */
export interface BatchAssignVariantsResponse {
    /** One per context, in the order of the request. */
    assignments: Assignment[];
}
/** WatchExperimentsRequest asks for running experiments. */
export interface WatchExperimentsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
}
/** WatchExperimentsResponse is the set of running experiments, or a sign of life. */
export interface WatchExperimentsResponse {
    /** All running experiments of the tenant, when they changed. */
    experiments: Experiment[];
    /** Whether `experiments` is the whole set; false in a sign of life, sent at least every 10 seconds. */
    changed: boolean;
    /** When the part was sent. */
    sendTime?: string;
    /** Tenant that the stream is for; targeting and holdouts look at it. */
    tenantId: string;
}
/** RecordExposuresRequest carries exposures. */
export interface RecordExposuresRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Exposures. 1 to 1,000. */
    exposures: Exposure[];
}
/** Exposure says that a user saw a variant, and what came of it if the client measured that. */
export interface Exposure {
    /** Experiment. A UUID. */
    experimentId: string;
    /** User. 1 to 200 characters. */
    userId: string;
    /** Variant. 1 to 64 characters. */
    variant: string;
    /** Epoch of the assignment. At least 1. */
    epoch?: number;
    /** Output that the user got; empty for a mere exposure. At most 100 characters. */
    outputId?: string;
    /** Metrics that the client measured on it, by name. At most 20. */
    metrics?: Record<string, number>;
    /** When it happened; defaults to the time of receipt. Not more than 5 minutes ahead of the service, not before 2020. */
    exposureTime?: string;
}
/** RecordExposuresResponse confirms that exposures are durable. */
export interface RecordExposuresResponse {
    /** Exposures that were new. */
    recordedCount: number;
    /** Exposures that were known. */
    duplicateCount: number;
}
/** GetResultsRequest asks for an analysis. */
export interface GetResultsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** Whether the answer includes earlier looks. */
    withHistory?: boolean;
}
/** GetResultsResponse is an analysis. */
export interface GetResultsResponse {
    /** The results. */
    results?: Results;
    /**
     * What earlier analyses said, oldest first, when asked for. Looks are taken hourly while the experiment runs, at
     * most every 10 minutes when results are asked for, and when it completes. At most the last 2,000; of more than
     * 3 MB, evenly spaced ones. Beyond 14 days one in 6 hours is kept, beyond 90 days one a day.
     */
    history: ResultLook[];
}
/** PlanSampleSizeRequest asks how large an experiment has to be. */
export interface PlanSampleSizeRequest {
    /** Rate that is known, in (0, 1). */
    baselineRate?: number;
    /** Smallest difference worth finding, absolute; baseline plus it lies in (0, 1). */
    effect?: number;
    /** Error of the first kind; 0 means 0.05. */
    alpha?: number;
    /** Chance to find the difference; 0 means 0.8. */
    power?: number;
    /** Users a day that the experiment covers, for the number of days; 0 leaves it out. */
    usersPerDay?: number;
    /** Share of users in treatment, in (0, 1); 0 means one half. */
    trafficPercentage?: number;
}
/** PlanSampleSizeResponse says how large. */
export interface PlanSampleSizeResponse {
    /** Users in each variant. */
    usersPerVariant: string;
    /** Days until both have them; 0 when no users a day were given. */
    days: number;
}
/** StartRolloutRequest asks to roll out a treatment step by step. */
export interface StartRolloutRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** State that the caller has seen, from the experiment; another state fails with ABORTED. Empty skips the check. */
    etag?: string;
    /** How; absent means 10, 25, 50, 75, 100 % every 24 hours, automatically. */
    plan?: RolloutPlanInput;
}
/** StartRolloutResponse shows the rollout. */
export interface StartRolloutResponse {
    /** The rollout. */
    rollout?: Rollout;
}
/** GetRolloutRequest asks for the rollout of an experiment. */
export interface GetRolloutRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Experiment. A UUID. */
    experimentId: string;
}
/** GetRolloutResponse shows a rollout. */
export interface GetRolloutResponse {
    /** The rollout. */
    rollout?: Rollout;
}
/** ApproveRolloutStepRequest approves the next step. */
export interface ApproveRolloutStepRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** Why, for the audit. At most 500 characters. */
    reason?: string;
}
/** ApproveRolloutStepResponse shows the rollout after the approval. */
export interface ApproveRolloutStepResponse {
    /** The rollout. */
    rollout?: Rollout;
}
/** RollBackRequest asks to roll back. */
export interface RollBackRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Experiment. A UUID. */
    experimentId: string;
    /** Why, for the audit. At most 500 characters. */
    reason?: string;
}
/** RollBackResponse shows the rollout after it was rolled back. */
export interface RollBackResponse {
    /** The rollout. */
    rollout?: Rollout;
}
/** RolloutState is where a rollout stands. */
export type RolloutState = 
/** Never sent. */
"ROLLOUT_STATE_UNSPECIFIED"
/** On its way. */
 | "ROLLOUT_STATE_RUNNING"
/** Waits for an approval. */
 | "ROLLOUT_STATE_WAITING"
/** Reached everybody. */
 | "ROLLOUT_STATE_FINISHED"
/** Taken back. */
 | "ROLLOUT_STATE_ROLLED_BACK";
/** RolloutPlan says how a treatment reaches everybody. */
export interface RolloutPlan {
    /** Shares of users in percent, ascending, the last 100; empty means 10, 25, 50, 75, 100. At most 20. */
    steps: number[];
    /** Time between steps; absent means 24 hours. 1 minute to 30 days. */
    interval?: string;
    /** Whether each step waits for ApproveRolloutStep. */
    needsApproval: boolean;
}
/** RolloutPlan says how a treatment reaches everybody. */
export interface RolloutPlanInput {
    /** Shares of users in percent, ascending, the last 100; empty means 10, 25, 50, 75, 100. At most 20. */
    steps?: number[];
    /** Time between steps; absent means 24 hours. 1 minute to 30 days. */
    interval?: string;
    /** Whether each step waits for ApproveRolloutStep. */
    needsApproval?: boolean;
}
/** Rollout is the way of a treatment to everybody. */
export interface Rollout {
    /** Experiment. */
    experimentId: string;
    /** How. */
    plan?: RolloutPlan;
    /** Where it stands. */
    state: RolloutState;
    /** Share of users in treatment now, in percent. */
    percent: number;
    /** When the next step is due; absent when none is. */
    nextStepTime?: string;
    /** Every decision, oldest first. */
    decisions: RolloutDecision[];
}
/** RolloutDecision is what was decided, with its numbers. */
export interface RolloutDecision {
    /** When. */
    decideTime?: string;
    /** What: start, advance, hold, wait_approval, approve, roll_back or finish. */
    action: string;
    /** Share of users in treatment afterwards, in percent. */
    percent: number;
    /** Why, in words. */
    reason: string;
    /** Numbers that it rests on, by name. */
    numbers: Record<string, number>;
}
/** ListAuditEntriesRequest asks for entries that meet every condition that is set. */
export interface ListAuditEntriesRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Who changed something. At most 200 characters. */
    actor?: string;
    /** What was done, such as experiment.start. At most 100 characters. */
    action?: string;
    /** Identifier of what was changed. At most 200 characters. */
    target?: string;
    /** Made from here on; unset means from the beginning. */
    startTime?: string;
    /** Made before this; unset means until now. */
    endTime?: string;
    /** Entries a page; 0 means 50, more than 500 means 500. */
    pageSize?: number;
    /** Token of the page, from the answer before; empty for the first. */
    pageToken?: string;
}
/** ListAuditEntriesResponse is a page of entries. */
export interface ListAuditEntriesResponse {
    /** Entries, newest first. */
    entries: AuditEntry[];
    /** Token of the next page; empty on the last. */
    nextPageToken: string;
}
/** AuditEntry says who changed what, when and why. */
export interface AuditEntry {
    /** Number within the tenant, from 1, without gaps. */
    sequence: string;
    /** When. */
    createTime?: string;
    /** Service that made the change. */
    service: string;
    /** Subject of the caller's token. */
    actor: string;
    /** What was done, such as experiment.start. */
    action: string;
    /** Identifier of what was changed; never the name of a user who was erased. */
    target: string;
    /** Why, as the caller stated it; empty when nothing was stated. */
    reason: string;
    /** What was changed, as a JSON object; empty when there is no more to say. */
    detailJson: string;
    /** SHA-256 over the hash before and this entry, in hexadecimal. */
    hash: string;
}
/** VerifyAuditLogRequest asks to check a tenant's log. */
export interface VerifyAuditLogRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
}
/** VerifyAuditLogResponse tells whether the log is whole. */
export interface VerifyAuditLogResponse {
    /** Whether every hash is right and no entry is missing. */
    intact: boolean;
    /** Entries that were checked. */
    entries: string;
    /** Number of the first entry that does not fit; 0 when the log is intact. */
    firstBrokenSequence: string;
    /** Hash of the last entry, in hexadecimal, to be kept elsewhere; empty when there are no entries. */
    lastHash: string;
}
/** Rating is a thumb. */
export type Rating = 
/** Not stated; refused on input. */
"RATING_UNSPECIFIED"
/** Thumb down. */
 | "RATING_NEGATIVE"
/** Neither. */
 | "RATING_NEUTRAL"
/** Thumb up. */
 | "RATING_POSITIVE";
/** FeedbackCategory is what a rating is about. Values may be added. */
export type FeedbackCategory = 
/** Not stated; refused on input. */
"FEEDBACK_CATEGORY_UNSPECIFIED"
/** Whether the output is right. */
 | "FEEDBACK_CATEGORY_ACCURACY"
/** Whether it answers the question. */
 | "FEEDBACK_CATEGORY_RELEVANCE"
/** How it sounds. */
 | "FEEDBACK_CATEGORY_TONE"
/** How it is laid out. */
 | "FEEDBACK_CATEGORY_FORMAT"
/** How fast it came. */
 | "FEEDBACK_CATEGORY_SPEED"
/** Whether it is harmless. */
 | "FEEDBACK_CATEGORY_SAFETY"
/** Whether it is original. */
 | "FEEDBACK_CATEGORY_CREATIVITY"
/** Whether anything is missing. */
 | "FEEDBACK_CATEGORY_COMPLETENESS"
/** Anything else. */
 | "FEEDBACK_CATEGORY_OTHER";
/** FeedbackSource is where feedback was given. Values may be added. */
export type FeedbackSource = 
/** Not stated; refused on input. */
"FEEDBACK_SOURCE_UNSPECIFIED"
/** The chat product. */
 | "FEEDBACK_SOURCE_THINKTANK"
/** A program. */
 | "FEEDBACK_SOURCE_API"
/** The admin console. */
 | "FEEDBACK_SOURCE_ADMIN";
/** SignalType is what a user did with an output. The sentiment of each, in [-1, 1], is fixed. */
export type SignalType = 
/** Not stated; refused on input. */
"SIGNAL_TYPE_UNSPECIFIED"
/** Marked as a favourite: +0.9. */
 | "SIGNAL_TYPE_FAVORITE_ADDED"
/** Shared the response: +0.9. */
 | "SIGNAL_TYPE_SHARE_RESPONSE"
/** Copied the response: +0.7. */
 | "SIGNAL_TYPE_COPY_RESPONSE"
/** Exported the response: +0.6. */
 | "SIGNAL_TYPE_EXPORT_RESPONSE"
/** Went on with the conversation: +0.3. */
 | "SIGNAL_TYPE_CONTINUE_CONVERSATION"
/** Read to the end: +0.2. */
 | "SIGNAL_TYPE_SCROLL_TO_END"
/** Replied soon: +0.2. */
 | "SIGNAL_TYPE_RESPONSE_TIME_SHORT"
/** Edited the prompt and sent it again: 0. */
 | "SIGNAL_TYPE_EDIT_AND_RESEND"
/** Replied late: 0. */
 | "SIGNAL_TYPE_RESPONSE_TIME_LONG"
/** Left the conversation: -0.3. */
 | "SIGNAL_TYPE_ABANDON_CONVERSATION"
/** Scrolled away at once: -0.4. */
 | "SIGNAL_TYPE_SCROLL_BOUNCE"
/** Switched the model by hand: -0.6. */
 | "SIGNAL_TYPE_MANUAL_MODEL_SWITCH"
/** Left while the response was written: -0.7. */
 | "SIGNAL_TYPE_ABANDON_MID_RESPONSE"
/** Asked for another response: -0.8. */
 | "SIGNAL_TYPE_REGENERATE"
/** Reported the content: -1. */
 | "SIGNAL_TYPE_REPORT_CONTENT";
/** ItemOutcome tells what became of an item. Whatever it is, but for rejected, the item is durable. */
export type ItemOutcome = 
/** Never sent. */
"ITEM_OUTCOME_UNSPECIFIED"
/** Stored now. */
 | "ITEM_OUTCOME_ACCEPTED"
/** Stored before; nothing changed. */
 | "ITEM_OUTCOME_DUPLICATE"
/** Stored now in place of an earlier vote. */
 | "ITEM_OUTCOME_REPLACED"
/** Not stored, since a later vote of the same user on the same output stands. */
 | "ITEM_OUTCOME_SUPERSEDED"
/** Refused, and will be refused again: see the error. */
 | "ITEM_OUTCOME_REJECTED";
/**
 * ExplicitFeedback is what a user said of an output on purpose: a thumb, categories, a comment. There is one per
 * output and user: a later one replaces it.
 */
export interface ExplicitFeedback {
    /** Output that is judged. 1 to 100 characters. */
    outputId: string;
    /** User who judges. 1 to 200 characters. */
    userId: string;
    /** Thumb. Required. */
    rating: Rating;
    /** What the rating is about; empty for the output as a whole. At most 9 distinct values. */
    categories: FeedbackCategory[];
    /** Comment in any language. At most 4,000 characters. */
    comment: string;
    /** Where the feedback was given. Required. */
    source: FeedbackSource;
    /** User agent of the client. At most 512 characters. */
    userAgent: string;
    /**
     * When the user acted, by the client's clock; defaults to the time of receipt. Of two votes the later one by
     * this time stands, in whatever order they arrive. Not more than 5 minutes ahead of the service, not before 2020.
     */
    clientTime?: string;
}
/**
 * ExplicitFeedback is what a user said of an output on purpose: a thumb, categories, a comment. There is one per
 * output and user: a later one replaces it.
 */
export interface ExplicitFeedbackInput {
    /** Output that is judged. 1 to 100 characters. */
    outputId: string;
    /** User who judges. 1 to 200 characters. */
    userId: string;
    /** Thumb. Required. */
    rating: Rating;
    /** What the rating is about; empty for the output as a whole. At most 9 distinct values. */
    categories?: FeedbackCategory[];
    /** Comment in any language. At most 4,000 characters. */
    comment?: string;
    /** Where the feedback was given. Required. */
    source: FeedbackSource;
    /** User agent of the client. At most 512 characters. */
    userAgent?: string;
    /**
     * When the user acted, by the client's clock; defaults to the time of receipt. Of two votes the later one by
     * this time stands, in whatever order they arrive. Not more than 5 minutes ahead of the service, not before 2020.
     */
    clientTime?: string;
}
/**
 * ImplicitSignal is one thing a user did with an output. Every occurrence is kept; for learning a signal type counts
 * once per output and user.
 */
export interface ImplicitSignal {
    /**
     * Identifies the occurrence, so that the same one sent again in another batch is recognised. A UUID; absent, it is
     * derived from the request and the position in it.
     */
    signalId: string;
    /** Output that was acted on. 1 to 100 characters. */
    outputId: string;
    /** User who acted. 1 to 200 characters. */
    userId: string;
    /** What the user did. Required. */
    signalType: SignalType;
    /** Details of the client's choosing, such as a scroll depth. At most 8 KiB as JSON. */
    signalValue?: JsonObject;
    /**
     * When the user acted, by the client's clock; defaults to the time of receipt. Not more than 5 minutes ahead of
     * the service and not before 2020. Send it with signal_id: both together recognise an occurrence.
     */
    clientTime?: string;
}
/**
 * ImplicitSignal is one thing a user did with an output. Every occurrence is kept; for learning a signal type counts
 * once per output and user.
 */
export interface ImplicitSignalInput {
    /**
     * Identifies the occurrence, so that the same one sent again in another batch is recognised. A UUID; absent, it is
     * derived from the request and the position in it.
     */
    signalId?: string;
    /** Output that was acted on. 1 to 100 characters. */
    outputId: string;
    /** User who acted. 1 to 200 characters. */
    userId: string;
    /** What the user did. Required. */
    signalType: SignalType;
    /** Details of the client's choosing, such as a scroll depth. At most 8 KiB as JSON. */
    signalValue?: JsonObject;
    /**
     * When the user acted, by the client's clock; defaults to the time of receipt. Not more than 5 minutes ahead of
     * the service and not before 2020. Send it with signal_id: both together recognise an occurrence.
     */
    clientTime?: string;
}
/** VoiceFeedback describes a spoken comment; its audio follows in chunks. */
export interface IngestVoiceFeedback {
    /** Output that is judged. 1 to 100 characters. */
    outputId: string;
    /** User who speaks. 1 to 200 characters. */
    userId: string;
    /** Where the feedback was given. Required. */
    source: FeedbackSource;
    /** When the user spoke, by the client's clock; defaults to the time of receipt. */
    clientTime?: string;
}
/** ItemResult tells what became of one item of a batch. */
export interface ItemResult {
    /** Position of the item in the request, from 0. */
    index: number;
    /** What became of it. */
    outcome: ItemOutcome;
    /** Why a rejected item was rejected, naming the field; empty otherwise. */
    errorMessage: string;
    /** Machine-readable reason of a rejection in UPPER_SNAKE_CASE; empty otherwise. */
    errorReason: string;
}
/** AskReason is why a user is asked for an opinion, or not. */
export type AskReason = 
/** Not known: user or output are not named, or the output's manifest is not here. */
"ASK_REASON_UNSPECIFIED"
/** Asked: one of the user's first outputs. */
 | "ASK_REASON_FIRST_OUTPUTS"
/** Asked: the Brain was not sure of its choice. */
 | "ASK_REASON_LOW_CONFIDENCE"
/** Asked: a check of the answer failed. */
 | "ASK_REASON_VERIFICATION_FAILED"
/** Asked: the answer contradicts something. */
 | "ASK_REASON_CONTRADICTION"
/** Asked: drawn. */
 | "ASK_REASON_SAMPLED"
/** Not asked: not drawn. */
 | "ASK_REASON_NOT_SAMPLED"
/** Not asked: the user was asked often enough of late. */
 | "ASK_REASON_FATIGUE"
/** Not asked: the user has said something already. */
 | "ASK_REASON_ANSWERED";
/** FeedbackKind is a kind of feedback. */
export type FeedbackKind = 
/** Not stated; refused on input. */
"FEEDBACK_KIND_UNSPECIFIED"
/** Thumbs, categories and comments. */
 | "FEEDBACK_KIND_EXPLICIT"
/** Implicit signals. */
 | "FEEDBACK_KIND_IMPLICIT"
/** Spoken comments. */
 | "FEEDBACK_KIND_VOICE";
/** RecordManifestRequest asks to record one manifest. */
export interface RecordManifestRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Manifest to record. Required. */
    manifest: ExecutionManifestInput;
}
/** RecordManifestResponse confirms that a manifest is durable. */
export interface RecordManifestResponse {
    /** Accepted or duplicate. */
    outcome: ItemOutcome;
    /** Time that sets the age of the output. */
    createTime?: string;
    /** Language of the prompt, stated or detected, ISO 639-1; empty when unknown. */
    inputLanguage: string;
}
/** BatchRecordManifestsRequest asks to record many manifests. */
export interface BatchRecordManifestsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Manifests to record. 1 to 1,000. */
    manifests: ExecutionManifestInput[];
}
/** BatchRecordManifestsResponse tells what became of each manifest. */
export interface BatchRecordManifestsResponse {
    /** One result per manifest, in the order of the request. */
    results: ItemResult[];
}
/** SubmitExplicitFeedbackRequest carries the explicit feedback of one user on one output. */
export interface SubmitExplicitFeedbackRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Feedback to store. Required. */
    feedback: ExplicitFeedbackInput;
}
/** SubmitExplicitFeedbackResponse confirms that feedback is durable. */
export interface SubmitExplicitFeedbackResponse {
    /** Accepted, replaced, superseded or duplicate. */
    outcome: ItemOutcome;
    /** Detected language of the comment, ISO 639-1; empty when there is none or it is unknown. */
    commentLanguage: string;
    /** Whether the manifest of the output is known; without it the feedback waits to be learned. */
    manifestKnown: boolean;
}
/** SubmitImplicitSignalRequest carries one implicit signal. */
export interface SubmitImplicitSignalRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Signal to store. Required. */
    signal: ImplicitSignalInput;
}
/** SubmitImplicitSignalResponse confirms that a signal is durable. */
export interface SubmitImplicitSignalResponse {
    /** Accepted or duplicate. */
    outcome: ItemOutcome;
    /** Identifier of the occurrence, given or derived. */
    signalId: string;
    /** Sentiment of the signal type, in [-1, 1]. */
    sentiment: number;
}
/** BatchSubmitImplicitSignalsRequest carries many implicit signals. */
export interface BatchSubmitImplicitSignalsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Signals to store. 1 to 1,000. */
    signals: ImplicitSignalInput[];
}
/** BatchSubmitImplicitSignalsResponse confirms that all signals of a batch are durable. */
export interface BatchSubmitImplicitSignalsResponse {
    /** One result per signal, in the order of the request. */
    results: ItemResult[];
}
/** StreamSignalsRequest is one batch on a stream. Explicit feedback and signals may be mixed; together 1 to 1,000 items. */
export interface StreamSignalsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Names the batch in its ack and makes it safe to send again: within 24 hours a repeat returns the first ack. A UUID. */
    batchId: string;
    /** Implicit signals. At most 1,000. */
    signals?: ImplicitSignalInput[];
    /** Explicit feedback. At most 1,000. */
    feedback?: ExplicitFeedbackInput[];
}
/** StreamSignalsResponse acknowledges one batch, after its commit. */
export interface StreamSignalsResponse {
    /** Batch that is acknowledged. */
    batchId: string;
    /** One result per item, signals first, in the order of the batch. Empty when the whole batch was refused. */
    results: ItemResult[];
    /** Number of items that are durable. */
    acceptedCount: number;
    /** Why the whole batch was refused and nothing of it stored; absent otherwise. */
    refusal?: BatchRefusal;
}
/** BatchRefusal tells why nothing of a batch was stored. */
export interface BatchRefusal {
    /** Machine-readable reason in UPPER_SNAKE_CASE. */
    reason: string;
    /** What is wrong, naming each bad field. */
    message: string;
    /** Whether the same batch may succeed later. */
    retryable: boolean;
    /** Least time to wait before sending it again, in milliseconds; 0 when it is not retryable. */
    retryAfterMs: number;
    /** Each bad field, by its path in the batch. */
    problems: FieldProblem[];
}
/** FieldProblem names a bad field. */
export interface FieldProblem {
    /** Path of the field, such as signals[3].output_id. */
    field: string;
    /** What is wrong with it. */
    description: string;
}
/** SubmitVoiceFeedbackRequest is the header, then the audio, of a spoken comment. */
export interface SubmitVoiceFeedbackRequest {
    /** Describes the comment. Sent first. */
    header?: VoiceHeader;
    /** Next piece of the audio. At most 256 KiB. */
    chunk?: string;
}
/** VoiceHeader describes a spoken comment. */
export interface VoiceHeader {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** What the comment is about. Required. */
    feedback: IngestVoiceFeedback;
}
/** SubmitVoiceFeedbackResponse confirms that a spoken comment is durable and will be heard. */
export interface SubmitVoiceFeedbackResponse {
    /** Identifier to ask the voice service about. */
    voiceId: string;
    /** Bytes of audio that were stored. */
    audioBytes: string;
}
/** RetractFeedbackRequest asks to withdraw feedback. */
export interface RetractFeedbackRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Output. 1 to 100 characters. */
    outputId: string;
    /** User. 1 to 200 characters. */
    userId: string;
    /** Kinds to withdraw; empty withdraws all. */
    kinds?: FeedbackKind[];
    /**
     * When the user withdrew it, by the client's clock; defaults to the time of receipt. Feedback that the user gives
     * later than this stands.
     */
    clientTime?: string;
}
/** RetractFeedbackResponse confirms that a withdrawal is durable. */
export interface RetractFeedbackResponse {
    /** Whether there was explicit feedback to withdraw. */
    explicitRetracted: boolean;
    /** Number of implicit signals withdrawn. */
    signalsRetracted: number;
    /** Number of spoken comments withdrawn. */
    voiceRetracted: number;
}
/** GetFeedbackStatsRequest asks for the feedback on one output. */
export interface GetFeedbackStatsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Output. 1 to 100 characters. */
    outputId: string;
}
/** GetFeedbackStatsResponse counts the feedback on one output. */
export interface GetFeedbackStatsResponse {
    /** Output. */
    outputId: string;
    /** Whether its manifest is known. */
    manifestKnown: boolean;
    /** Counts over all users. */
    counts?: FeedbackCounts;
    /** Explicit feedback by category. */
    categories: CategoryCount[];
    /** Implicit signals by type. */
    signals: SignalCount[];
    /** Mean weighted score over the users who gave feedback, in [-1, 1], with full trust; 0 when there are none. */
    meanScore: number;
}
/** FeedbackCounts counts feedback of each kind. */
export interface FeedbackCounts {
    /** Thumbs up. */
    positive: string;
    /** Neither. */
    neutral: string;
    /** Thumbs down. */
    negative: string;
    /** Comments. */
    comments: string;
    /** Implicit signals, every occurrence. */
    signals: string;
    /** Spoken comments. */
    voice: string;
    /** Users who gave any feedback. */
    users: string;
}
/** CategoryCount counts explicit feedback that names a category. */
export interface CategoryCount {
    /** Category. */
    category: FeedbackCategory;
    /** Thumbs up. */
    positive: string;
    /** Neither. */
    neutral: string;
    /** Thumbs down. */
    negative: string;
}
/** SignalCount counts the signals of one type. */
export interface SignalCount {
    /** Type. */
    signalType: SignalType;
    /** Every occurrence. */
    occurrences: string;
    /** Users with at least one; this is what learning counts. */
    users: string;
}
/** GetConversationSummaryRequest asks for the feedback on a conversation. */
export interface GetConversationSummaryRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Conversation. 1 to 200 characters. */
    conversationId: string;
    /** Outputs a page; 0 means 50, more than 200 means 200. */
    pageSize?: number;
    /** Token of the page, from the answer before; empty for the first. */
    pageToken?: string;
}
/** GetConversationSummaryResponse sums up the feedback on a conversation. */
export interface GetConversationSummaryResponse {
    /** Outputs, oldest first. */
    outputs: OutputSummary[];
    /** Token of the next page; empty on the last. */
    nextPageToken: string;
    /** Outputs of the conversation, on all pages. */
    outputCount: string;
    /** Counts over the whole conversation. */
    counts?: FeedbackCounts;
    /** Mean weighted score over all outputs and users with feedback, in [-1, 1]; 0 when there are none. */
    meanScore: number;
}
/** OutputSummary sums up the feedback on one output. */
export interface OutputSummary {
    /** Output. */
    outputId: string;
    /** Models that produced it. */
    modelsUsed: string[];
    /** When it was produced. */
    createTime?: string;
    /** Counts over all users. */
    counts?: FeedbackCounts;
    /** Mean weighted score, in [-1, 1]; 0 when there is no feedback. */
    meanScore: number;
}
/** GetTenantFeedbackStatsRequest asks for a tenant's feedback over a time. */
export interface GetTenantFeedbackStatsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Outputs created from here on; defaults to 30 days before end_time. At most 400 days before it. */
    startTime?: string;
    /** Outputs created before this; defaults to now. */
    endTime?: string;
}
/** GetTenantFeedbackStatsResponse counts a tenant's outputs and the feedback on them. */
export interface GetTenantFeedbackStatsResponse {
    /** Start of what was counted. */
    startTime?: string;
    /** End of what was counted. */
    endTime?: string;
    /** All days together. Its day is empty. */
    total?: DayStats;
    /** Day by day in UTC, oldest first; days without outputs are left out. */
    days: DayStats[];
    /** By model, most outputs first. At most 100. An output of several models counts for each. */
    models: ModelStats[];
    /** Explicit feedback by category. */
    categories: CategoryCount[];
    /** Implicit signals by type. */
    signals: SignalCount[];
}
/** DayStats counts the outputs of one day and the feedback on them, whenever it came. */
export interface DayStats {
    /** Day in UTC, such as 2026-11-21; empty for a total. */
    day: string;
    /** Outputs. */
    outputs: string;
    /** Of them, those with any feedback that stands. */
    outputsWithFeedback: string;
    /** Of them, those that followed a recommendation. */
    outputsFollowed: string;
    /** Feedback on them. */
    counts?: FeedbackCounts;
    /** Sum of what they cost, in US dollars. */
    costUsd: number;
}
/** ModelStats counts the outputs of one model and the feedback on them. */
export interface ModelStats {
    /** Model. */
    model: string;
    /** Outputs. */
    outputs: string;
    /** Of them, those with any feedback that stands. */
    outputsWithFeedback: string;
    /** Thumbs up. */
    positive: string;
    /** Thumbs down. */
    negative: string;
}
/** ListOutputsRequest asks for outputs that meet every condition that is set. */
export interface ListOutputsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Created from here on; unset means from the beginning. */
    startTime?: string;
    /** Created before this; unset means until now. */
    endTime?: string;
    /** One of its models. At most 200 characters. */
    model?: string;
    /** Its task. At most 64 characters. */
    taskType?: string;
    /** Its domain. At most 64 characters. */
    domainMode?: string;
    /** User for whom it was made. At most 200 characters. */
    userId?: string;
    /** Its conversation. At most 200 characters. */
    conversationId?: string;
    /** Has a standing thumb of this kind; unspecified means any output. */
    rating?: Rating;
    /** Has a standing thumb that names this category. */
    category?: FeedbackCategory;
    /** Has a standing signal of this type. */
    signalType?: SignalType;
    /** Has any feedback that stands. */
    withFeedback?: boolean;
    /** Has a comment that stands. */
    withComment?: boolean;
    /** Has a spoken comment that stands. */
    withVoice?: boolean;
    /** Outputs a page; 0 means 50, more than 200 means 200. */
    pageSize?: number;
    /** Token of the page, from the answer before; empty for the first. */
    pageToken?: string;
}
/** ListOutputsResponse is a page of outputs. */
export interface ListOutputsResponse {
    /** Outputs, newest first. */
    outputs: OutputEntry[];
    /** Token of the next page; empty on the last. */
    nextPageToken: string;
}
/** OutputEntry is one output in a list. */
export interface OutputEntry {
    /** Output. */
    outputId: string;
    /** User for whom it was made. */
    userId: string;
    /** Its conversation; empty when there is none. */
    conversationId: string;
    /** When it was produced. */
    createTime?: string;
    /** Models that produced it. */
    modelsUsed: string[];
    /** Its task. */
    taskType: string;
    /** Its domain; empty when it has none. */
    domainMode: string;
    /** Language of the prompt, ISO 639-1; empty when unknown. */
    inputLanguage: string;
    /** Whether it followed a recommendation. */
    followed: boolean;
    /** Counts over all users. */
    counts?: FeedbackCounts;
    /** Mean weighted score, in [-1, 1]; 0 when there is no feedback. */
    meanScore: number;
}
/** GetOutputRequest asks for one output. */
export interface GetOutputRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Output. 1 to 100 characters. */
    outputId: string;
}
/** GetOutputResponse shows one output and all feedback on it that stands. */
export interface GetOutputResponse {
    /** Its manifest; absent when it is not known yet. The sample of the prompt is never stored and therefore empty. */
    manifest?: ExecutionManifest;
    /** Thumbs, newest first. At most 500. */
    feedback: ExplicitFeedback[];
    /** Signals, newest first. At most 500. */
    signals: ImplicitSignal[];
    /** Spoken comments, newest first, to ask the voice service about. At most 100. */
    voiceIds: string[];
    /** Counts over all users. */
    counts?: FeedbackCounts;
    /** Mean weighted score, in [-1, 1]; 0 when there is no feedback. */
    meanScore: number;
}
/** GetWidgetConfigRequest asks what a feedback widget shall show. */
export interface GetWidgetConfigRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** User who sees the widget; empty when unknown. At most 200 characters. */
    userId?: string;
    /** Output that the widget stands at; empty when unknown. At most 100 characters. */
    outputId?: string;
}
/** GetWidgetConfigResponse tells a feedback widget what to show. */
export interface GetWidgetConfigResponse {
    /** Whether to show thumbs. */
    thumbsEnabled: boolean;
    /** Whether to offer a comment. */
    commentsEnabled: boolean;
    /** Whether to offer a spoken comment. */
    voiceEnabled: boolean;
    /** Categories to offer, in order. */
    categories: FeedbackCategory[];
    /** Implicit signals to observe. */
    signals: SignalType[];
    /** Longest comment, in characters. */
    commentCharactersMax: number;
    /** Largest batch of signals. */
    batchItemsMax: number;
    /** How often to send collected signals, in milliseconds. */
    flushIntervalMs: number;
    /** Thumb that the user gave to the output before; unspecified when there is none. */
    currentRating: Rating;
    /**
     * Whether to ask the user for an opinion of this output, rather than wait for one. The same question gets the same
     * answer, so that a page that is loaded again asks no more often.
     */
    ask: boolean;
    /** Why the user is asked or not. */
    askReason: AskReason;
    /** Probability with which a user in this situation is asked, in [0, 1], for analyses that correct for it. */
    askProbability: number;
}
/** ForgetUserRequest asks to erase a user. */
export interface ForgetUserRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** User. 1 to 200 characters. */
    userId: string;
}
/** ForgetUserResponse confirms that a user is erased. */
export interface ForgetUserResponse {
    /** Rows that were erased. */
    rowsErased: string;
    /** Identifies the erasure in ListErasures. */
    erasureId: string;
}
/** ListErasuresRequest asks for erasures. */
export interface ListErasuresRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Erasures a page; 0 means 50, more than 200 means 200. */
    pageSize?: number;
    /** Token of the page, from the answer before; empty for the first. */
    pageToken?: string;
}
/** ListErasuresResponse is a page of erasures. */
export interface ListErasuresResponse {
    /** Erasures, newest first. */
    erasures: Erasure[];
    /** Token of the next page; empty on the last. */
    nextPageToken: string;
}
/** Erasure is one user's erasure. It does not name the user once all is erased. */
export interface Erasure {
    /** Identifies it. */
    erasureId: string;
    /** User, until all is erased; empty afterwards. */
    userId: string;
    /** SHA-256 of tenant and user in hexadecimal, to answer whether a given user was erased. */
    userDigest: string;
    /** When it was asked for. */
    requestTime?: string;
    /** When all of it was done; absent until then. */
    completeTime?: string;
    /** Rows that the intake erased. */
    rowsErased: string;
    /** Parts that are done, of: recordings, learning, decisions, experiments. */
    partsDone: string[];
    /** Parts that are not done yet. */
    partsPending: string[];
}
/** ExportUserRequest asks for everything that is stored of a user. */
export interface ExportUserRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** User. 1 to 200 characters. */
    userId: string;
}
/** ExportUserResponse is one record of a user. */
export interface ExportUserResponse {
    /** Table that the record comes from. */
    kind: string;
    /** The record as a JSON object. */
    recordJson: string;
}
/** RequestType is the kind of request that produced an output. */
export type RequestType = 
/** Not stated; refused on input. */
"REQUEST_TYPE_UNSPECIFIED"
/** One turn of a conversation. */
 | "REQUEST_TYPE_CHAT"
/** A completion outside a conversation. */
 | "REQUEST_TYPE_COMPLETION"
/** Several steps run by an orchestration. */
 | "REQUEST_TYPE_ORCHESTRATION"
/** A call by another service. */
 | "REQUEST_TYPE_SERVICE";
/** ThermalState says how ready a model was to serve. */
export type ThermalState = 
/** Not stated; refused on input. */
"THERMAL_STATE_UNSPECIFIED"
/** Not loaded and not to be loaded. */
 | "THERMAL_STATE_OFF"
/** Not loaded. */
 | "THERMAL_STATE_COLD"
/** Loaded, idle. */
 | "THERMAL_STATE_WARM"
/** Loaded and serving. */
 | "THERMAL_STATE_HOT";
/**
 * ExecutionManifest is the full provenance of one AI output: what was asked, which models answered, at what
 * cost, and which recommendation was followed. It is immutable once recorded.
 */
export interface ExecutionManifest {
    /** Identifies the output within its tenant; chosen by the caller. 1 to 100 characters. */
    outputId: string;
    /** User who received the output. 1 to 200 characters. */
    userId: string;
    /** Conversation that the output belongs to; empty when there is none. At most 200 characters. */
    conversationId: string;
    /** Message within the conversation; empty when there is none. At most 200 characters. */
    messageId: string;
    /** Kind of request that produced the output. Required. */
    requestType: RequestType;
    /**
     * Task, an open set in lower case: chat, code, analysis, creative, vision, audio, medical, legal, research,
     * translation and whatever the tenant adds. 1 to 64 characters. "any" is reserved for roll-ups.
     */
    taskType: string;
    /**
     * Domain, an open set in lower case: general, medical, legal, code, creative, research, business and whatever
     * the tenant adds. Empty means general. At most 64 characters. "any" is reserved for roll-ups.
     */
    domainMode: string;
    /** SHA-256 of the prompt, 32 bytes, or empty. The prompt itself is never sent for storage. */
    inputPromptHash: string;
    /** Text of the prompt, used to detect its language and then discarded. At most 16,384 characters. */
    inputPromptSample: string;
    /** Tokens of the prompt. At least 0. */
    inputTokens: number;
    /** Language of the prompt, ISO 639-1 in lower case; empty lets the service detect it from the sample. */
    inputLanguage: string;
    /**
     * Models that produced the output, most important first; each receives an equal share of the feedback.
     * 1 to 16 distinct identifiers of at most 200 characters.
     */
    modelsUsed: string[];
    /** Version of each model, by identifier; a model that is absent has the unnamed version. */
    modelVersions: Record<string, string>;
    /** Orchestration that produced the output; empty when there was none. At most 200 characters. */
    orchestrationId: string;
    /** Human-readable name of the orchestration. At most 200 characters. */
    orchestrationName: string;
    /** Other services that took part, such as retrieval or search. At most 32 of at most 200 characters. */
    servicesUsed: string[];
    /** Thermal state of each model when it was called. */
    thermalStates: Record<string, ThermalState>;
    /** Health of each provider when the request was routed. */
    providerHealth: Record<string, ProviderHealth>;
    /** Why the Brain chose as it did, in its own words. At most 4,000 characters. */
    brainReasoning: string;
    /** Confidence of the Brain in its choice, in [0, 1]; absent when it gave none. */
    brainConfidence?: number;
    /** Whether the user overrode the choice of model. */
    wasUserOverride: boolean;
    /** Tokens of the output. At least 0. */
    outputTokens: number;
    /** Time from request to the last token, in milliseconds. At least 0. */
    totalLatencyMs: number;
    /** Time from request to the first token, in milliseconds; absent when unknown. */
    timeToFirstTokenMs?: number;
    /** Cost of the output in US dollars. At least 0. */
    totalCost: number;
    /** Whether the output was streamed to the user. */
    wasStreamed: boolean;
    /** Steps of an orchestration in order. At most 64. */
    steps: ManifestStep[];
    /** Identifier of the recommendation that was followed; empty when none was asked. At most 64 characters. */
    decisionId: string;
    /** Probability with which the recommendation chose its model, in (0, 1]; absent without a recommendation. */
    propensity?: number;
    /**
     * When the output was produced; defaults to the time of receipt. It sets the age of all feedback on the output.
     * Not more than 5 minutes ahead of the service and not before 2020.
     */
    createTime?: string;
    /** Experiment that decided on the model, from the recommendation; empty when none did. A UUID. */
    experimentId: string;
    /** Variant of that experiment. At most 64 characters. */
    variant: string;
    /** Epoch of that experiment. At least 0. */
    experimentEpoch: number;
    /** Whether a check of the answer failed, such as a citation, a calculation or a test that was run. Feedback is asked for. */
    verificationFailed: boolean;
    /** Whether the answer contradicts itself, another model's answer or what was said before. Feedback is asked for. */
    contradictionFound: boolean;
}
/**
 * ExecutionManifest is the full provenance of one AI output: what was asked, which models answered, at what
 * cost, and which recommendation was followed. It is immutable once recorded.
 */
export interface ExecutionManifestInput {
    /** Identifies the output within its tenant; chosen by the caller. 1 to 100 characters. */
    outputId: string;
    /** User who received the output. 1 to 200 characters. */
    userId: string;
    /** Conversation that the output belongs to; empty when there is none. At most 200 characters. */
    conversationId?: string;
    /** Message within the conversation; empty when there is none. At most 200 characters. */
    messageId?: string;
    /** Kind of request that produced the output. Required. */
    requestType: RequestType;
    /**
     * Task, an open set in lower case: chat, code, analysis, creative, vision, audio, medical, legal, research,
     * translation and whatever the tenant adds. 1 to 64 characters. "any" is reserved for roll-ups.
     */
    taskType: string;
    /**
     * Domain, an open set in lower case: general, medical, legal, code, creative, research, business and whatever
     * the tenant adds. Empty means general. At most 64 characters. "any" is reserved for roll-ups.
     */
    domainMode?: string;
    /** SHA-256 of the prompt, 32 bytes, or empty. The prompt itself is never sent for storage. */
    inputPromptHash?: string;
    /** Text of the prompt, used to detect its language and then discarded. At most 16,384 characters. */
    inputPromptSample?: string;
    /** Tokens of the prompt. At least 0. */
    inputTokens?: number;
    /** Language of the prompt, ISO 639-1 in lower case; empty lets the service detect it from the sample. */
    inputLanguage?: string;
    /**
     * Models that produced the output, most important first; each receives an equal share of the feedback.
     * 1 to 16 distinct identifiers of at most 200 characters.
     */
    modelsUsed: string[];
    /** Version of each model, by identifier; a model that is absent has the unnamed version. */
    modelVersions?: Record<string, string>;
    /** Orchestration that produced the output; empty when there was none. At most 200 characters. */
    orchestrationId?: string;
    /** Human-readable name of the orchestration. At most 200 characters. */
    orchestrationName?: string;
    /** Other services that took part, such as retrieval or search. At most 32 of at most 200 characters. */
    servicesUsed?: string[];
    /** Thermal state of each model when it was called. */
    thermalStates?: Record<string, ThermalState>;
    /** Health of each provider when the request was routed. */
    providerHealth?: Record<string, ProviderHealthInput>;
    /** Why the Brain chose as it did, in its own words. At most 4,000 characters. */
    brainReasoning?: string;
    /** Confidence of the Brain in its choice, in [0, 1]; absent when it gave none. */
    brainConfidence?: number;
    /** Whether the user overrode the choice of model. */
    wasUserOverride?: boolean;
    /** Tokens of the output. At least 0. */
    outputTokens?: number;
    /** Time from request to the last token, in milliseconds. At least 0. */
    totalLatencyMs?: number;
    /** Time from request to the first token, in milliseconds; absent when unknown. */
    timeToFirstTokenMs?: number;
    /** Cost of the output in US dollars. At least 0. */
    totalCost?: number;
    /** Whether the output was streamed to the user. */
    wasStreamed?: boolean;
    /** Steps of an orchestration in order. At most 64. */
    steps?: ManifestStepInput[];
    /** Identifier of the recommendation that was followed; empty when none was asked. At most 64 characters. */
    decisionId?: string;
    /** Probability with which the recommendation chose its model, in (0, 1]; absent without a recommendation. */
    propensity?: number;
    /**
     * When the output was produced; defaults to the time of receipt. It sets the age of all feedback on the output.
     * Not more than 5 minutes ahead of the service and not before 2020.
     */
    createTime?: string;
    /** Experiment that decided on the model, from the recommendation; empty when none did. A UUID. */
    experimentId?: string;
    /** Variant of that experiment. At most 64 characters. */
    variant?: string;
    /** Epoch of that experiment. At least 0. */
    experimentEpoch?: number;
    /** Whether a check of the answer failed, such as a citation, a calculation or a test that was run. Feedback is asked for. */
    verificationFailed?: boolean;
    /** Whether the answer contradicts itself, another model's answer or what was said before. Feedback is asked for. */
    contradictionFound?: boolean;
}
/** ProviderHealth is what the Brain knew of a provider when it routed the request. */
export interface ProviderHealth {
    /** Recent latency in milliseconds. At least 0. */
    latencyMs: number;
    /** Share of failed calls, in [0, 1]. */
    errorRate: number;
    /** State in the Brain's own words, such as healthy or degraded. At most 64 characters. */
    status: string;
}
/** ProviderHealth is what the Brain knew of a provider when it routed the request. */
export interface ProviderHealthInput {
    /** Recent latency in milliseconds. At least 0. */
    latencyMs?: number;
    /** Share of failed calls, in [0, 1]. */
    errorRate?: number;
    /** State in the Brain's own words, such as healthy or degraded. At most 64 characters. */
    status?: string;
}
/** ManifestStep is one model call within an orchestration. */
export interface ManifestStep {
    /** Model that was called. 1 to 200 characters. */
    model: string;
    /** Duration of the step in milliseconds. At least 0. */
    latencyMs: number;
    /** Tokens read by the step. At least 0. */
    inputTokens: number;
    /** Tokens written by the step. At least 0. */
    outputTokens: number;
    /** Cost of the step in US dollars. At least 0. */
    cost: number;
}
/** ManifestStep is one model call within an orchestration. */
export interface ManifestStepInput {
    /** Model that was called. 1 to 200 characters. */
    model: string;
    /** Duration of the step in milliseconds. At least 0. */
    latencyMs?: number;
    /** Tokens read by the step. At least 0. */
    inputTokens?: number;
    /** Tokens written by the step. At least 0. */
    outputTokens?: number;
    /** Cost of the step in US dollars. At least 0. */
    cost?: number;
}
/** BatchRunState is the state of a nightly run. */
export type BatchRunState = 
/** Never sent. */
"BATCH_RUN_STATE_UNSPECIFIED"
/** Under way, or waiting to be taken up again. */
 | "BATCH_RUN_STATE_RUNNING"
/** Done. */
 | "BATCH_RUN_STATE_SUCCEEDED"
/** Given up; the version before stays. */
 | "BATCH_RUN_STATE_FAILED";
/** LearnOutputRequest asks to learn one output now. */
export interface LearnOutputRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Output. 1 to 100 characters. */
    outputId: string;
}
/** LearnOutputResponse shows what the feedback on an output contributes. */
export interface LearnOutputResponse {
    /** One per user who gave feedback. */
    units: UnitContribution[];
    /** Whether the manifest is known; without it nothing is learned yet. */
    manifestKnown: boolean;
    /** How feedback counts. */
    learningMode: LearningMode;
}
/** UnitContribution is what one user's feedback on one output contributes. */
export interface UnitContribution {
    /** User. */
    userId: string;
    /** Weighted score, in [-1, 1]. */
    weightedScore: number;
    /** The same in [0, 1]. */
    score: number;
    /** Evidence, in [0.1, 1]. */
    evidence: number;
    /** Trust weight that was applied, in [0.1, 1]. */
    trust: number;
    /** Models that share it equally. */
    models: string[];
    /** Explicit part, -1, 0 or 1; absent when there is none. */
    explicitScore?: number;
    /** Mean sentiment of the signals, in [-1, 1]; absent when there are none. */
    implicitScore?: number;
    /** Sentiment of the voice, in [-1, 1]; absent when there is none. */
    voiceScore?: number;
}
/** RunBatchLearningRequest asks for a run now. */
export interface RunBatchLearningRequest {
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
}
/** RunBatchLearningResponse reports a run. */
export interface RunBatchLearningResponse {
    /** Identifies the run. */
    runId: string;
    /** Version that was built and swapped in. */
    tableVersion: string;
    /** Version that it replaced. */
    previousVersion: string;
    /** Units that were read. */
    units: string;
    /** Cells that were built. */
    cells: string;
    /** Cells whose score differs from the replaced version by more than 1e-9. */
    changedCells: string;
    /** Largest such difference. */
    scoreChangeMax: number;
    /** Cells that changed most. At most 20. */
    largestChanges: CellChange[];
    /** When it began. */
    startTime?: string;
    /** When the new version was swapped in. */
    endTime?: string;
    /** Raters that were judged. */
    ratersJudged: string;
    /** Of them, those whose trust changed. */
    ratersChanged: string;
    /** How strongly levels act on one another from now on. At most 100. */
    priors: PriorStrength[];
    /** Models that do better or worse than they used to, the surest first. At most 50. */
    drifts: Drift[];
    /** Months of decisions that were dropped. */
    decisionMonthsDropped: string;
}
/** PriorStrength is how strongly a level of the hierarchy acts on the next. */
export interface PriorStrength {
    /** Tenant; empty for what holds for all. */
    tenantId: string;
    /** Level: task, domain, tenant or user. */
    level: string;
    /** Units that the level before counts as. */
    strength: number;
    /** Cells that it was fitted to. */
    cells: string;
}
/** Drift is a model whose last week differs from the four weeks before by more than chance. */
export interface Drift {
    /** Tenant. */
    tenantId: string;
    /** Task. */
    taskType: string;
    /** Domain. */
    domainMode: string;
    /** Model. */
    model: string;
    /** Units of the four weeks before. */
    unitsBefore: string;
    /** Their mean score. */
    scoreBefore: number;
    /** Units of the last week. */
    unitsAfter: string;
    /** Their mean score. */
    scoreAfter: number;
    /** Difference in standard errors. */
    standardErrors: number;
}
/** CellChange is a cell whose score a rebuild changed. */
export interface CellChange {
    /** Tenant; empty at global scope. */
    tenantId: string;
    /** Before; absent when the cell is new. */
    before?: ModelScore;
    /** After; absent when the cell is gone. */
    after?: ModelScore;
}
/** GetLearningStatusRequest asks how far the learning is. */
export interface GetLearningStatusRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
}
/** GetLearningStatusResponse tells how far the learning is. */
export interface GetLearningStatusResponse {
    /** Units that wait to be learned. */
    pendingUnits: string;
    /** Age of the oldest of them, in milliseconds; 0 when none waits. */
    lagMs: number;
    /** Units that the scores rest on. */
    learnedUnits: string;
    /** Version of the learned scores. */
    tableVersion: string;
    /** How feedback counts. */
    learningMode: LearningMode;
    /** Last nightly run; absent when there was none. */
    lastRun?: BatchRun;
    /** Whether the hot cache can be reached; without it answers come from the database. */
    cacheAvailable: boolean;
    /** Half-life of a unit, in days. */
    halfLifeDays: number;
}
/** BatchRun is a nightly run, under way or ended. */
export interface BatchRun {
    /** Identifies the run. */
    runId: string;
    /** State. */
    state: BatchRunState;
    /** Units read so far. */
    unitsDone: string;
    /** Units to read, as counted at the start. */
    unitsTotal: string;
    /** When it began. */
    startTime?: string;
    /** When it ended; absent while it runs. */
    endTime?: string;
    /** Why it failed; empty otherwise. */
    errorMessage: string;
    /** Step that is being done: trust, rebuild, priors, drift or expiry; empty between steps and at the end. */
    step: string;
    /** Steps behind it. */
    stepsDone: string[];
    /** How often it was taken up, the first time included. */
    attempts: number;
}
/** ListBatchRunsRequest asks for nightly runs. */
export interface ListBatchRunsRequest {
    /** Runs a page; 0 means 50, more than 100 means 100. */
    pageSize?: number;
    /** Token of the page, from the answer before; empty for the first. */
    pageToken?: string;
}
/** ListBatchRunsResponse is a page of nightly runs. */
export interface ListBatchRunsResponse {
    /** Runs, newest first. */
    runs: BatchRunRecord[];
    /** Token of the next page; empty on the last. */
    nextPageToken: string;
}
/** BatchRunRecord is a nightly run and its report. */
export interface BatchRunRecord {
    /** The run. */
    run?: BatchRun;
    /** What it reported; absent until it has succeeded. */
    report?: RunBatchLearningResponse;
}
/** ListTrustScoresRequest asks for trust scores. */
export interface ListTrustScoresRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Whether to list outliers only. */
    outliersOnly?: boolean;
    /** Items a page; 0 means 50, more than 1,000 means 1,000. */
    pageSize?: number;
    /** Token of the page, from the answer before; empty for the first. */
    pageToken?: string;
}
/** ListTrustScoresResponse is a page of trust scores. */
export interface ListTrustScoresResponse {
    /** Scores, least trusted first. */
    scores: TrustScore[];
    /** Token of the next page; empty on the last. */
    nextPageToken: string;
}
/** TrustScore says how far a rater is trusted, and why. */
export interface TrustScore {
    /** Rater. */
    userId: string;
    /** Trust weight, in [0.1, 1]. */
    trust: number;
    /** What it is made of. */
    factors: TrustFactor[];
    /** Whether the rater is an outlier. */
    outlier: boolean;
    /** Why; empty otherwise. */
    outlierReason: string;
    /** Whether an operator has fixed it. */
    pinned: boolean;
    /** When it last changed. */
    updateTime?: string;
}
/** TrustFactor is one part of a trust score. */
export interface TrustFactor {
    /** Name: account_age, volume, diversity or alignment; pinned when an operator fixed the score. */
    name: string;
    /** Value, in [0, 1]. */
    value: number;
    /** What it was computed from. */
    explanation: string;
}
/** PinTrustScoreRequest asks to fix a rater's trust. */
export interface PinTrustScoreRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Rater, who need not have said anything yet. 1 to 200 characters. */
    userId: string;
    /** Trust weight, in [0.1, 1]. */
    trust?: number;
    /** Why, for those who list trust scores. 1 to 500 characters. */
    reason: string;
}
/** PinTrustScoreResponse shows the score after the change. */
export interface PinTrustScoreResponse {
    /** The score. */
    score?: TrustScore;
}
/** ClearTrustScoreRequest asks to compute a rater's trust again. */
export interface ClearTrustScoreRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Rater who has a trust score. 1 to 200 characters. */
    userId: string;
}
/** ClearTrustScoreResponse shows the score after the change. */
export interface ClearTrustScoreResponse {
    /** The score. */
    score?: TrustScore;
}
/** EvaluatePolicyRequest asks how another strategy would have done. */
export interface EvaluatePolicyRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Strategy to evaluate. Required. */
    strategy: Strategy;
    /** Decisions from here on; defaults to 30 days ago. */
    startTime?: string;
    /** Decisions before this; defaults to now. */
    endTime?: string;
}
/** EvaluatePolicyResponse estimates how another strategy would have done. */
export interface EvaluatePolicyResponse {
    /** Estimates; empty when there is not enough data. */
    estimates: PolicyEstimate[];
    /** Decisions with feedback. */
    events: string;
    /** Effective sample size of the weights. */
    effectiveSampleSize: number;
    /** Whether a verdict is possible. */
    enoughData: boolean;
    /** What is missing for a verdict; empty otherwise. */
    explanation: string;
}
/** PolicyEstimate is one estimate of a strategy's mean score. */
export interface PolicyEstimate {
    /** Estimator: ips, snips or dr. */
    estimator: string;
    /** Estimate, in [0, 1]. */
    value: number;
    /** Lower bound of the 95 % interval. */
    lower: number;
    /** Upper bound of the 95 % interval. */
    upper: number;
}
/** TenantSettings are a tenant's learning settings. */
export interface TenantSettings {
    /** Whether the tenant's feedback adds to the global scope. Off unless switched on. */
    globalLearning: boolean;
    /**
     * What the tenant's outputs may cost on a UTC day, in US dollars; 0 means no budget. In [0, 1e9]. Recommendations weigh
     * cost the more, the further spending runs ahead of it; no request is refused for it.
     */
    dailyBudgetUsd: number;
}
/** TenantSettings are a tenant's learning settings. */
export interface TenantSettingsInput {
    /** Whether the tenant's feedback adds to the global scope. Off unless switched on. */
    globalLearning?: boolean;
    /**
     * What the tenant's outputs may cost on a UTC day, in US dollars; 0 means no budget. In [0, 1e9]. Recommendations weigh
     * cost the more, the further spending runs ahead of it; no request is refused for it.
     */
    dailyBudgetUsd?: number;
}
/** GetTenantSettingsRequest asks for a tenant's settings. */
export interface GetTenantSettingsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
}
/** GetTenantSettingsResponse shows a tenant's settings. */
export interface GetTenantSettingsResponse {
    /** The settings. */
    settings?: TenantSettings;
    /** Where the day's spending stands, with or without a budget. */
    budget?: BudgetState;
}
/** BudgetState is where the day's spending stands and what that does to recommendations. */
export interface BudgetState {
    /** What outputs created since the beginning of the UTC day cost, in US dollars, as far as they are learned. */
    spentTodayUsd: number;
    /** How many outputs those are. */
    requestsToday: string;
    /**
     * Weight of cost that recommendations take at least, in [0, 1]; 1 from the end of the budget to the end of the day, and
     * 0 without a budget. A request's own cost_weight holds where it is greater.
     */
    costWeight: number;
    /** When that weight was last set; absent when it never was. */
    updateTime?: string;
}
/** UpdateTenantSettingsRequest asks to change a tenant's settings. */
export interface UpdateTenantSettingsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /**
     * The new settings. Required. They replace the old ones as a whole: what is not sent is set to its default, so that a
     * caller that sends global_learning alone sets the daily budget to 0, that is, ends it.
     */
    settings: TenantSettingsInput;
}
/** UpdateTenantSettingsResponse shows the settings after the change. */
export interface UpdateTenantSettingsResponse {
    /** The settings. */
    settings?: TenantSettings;
}
/** RecommendationContext says for whom and for what a model is needed. */
export interface RecommendationContext {
    /** User; empty asks at tenant scope. At most 200 characters. */
    userId?: string;
    /** Task, as in the manifests. 1 to 64 characters. */
    taskType: string;
    /** Domain, as in the manifests; empty means general. At most 64 characters. */
    domainMode?: string;
    /** Models to choose from; empty means every model that the tenant has feedback on. At most 256. */
    candidates?: string[];
    /** Models not to choose. At most 256. */
    excludedModels?: string[];
    /** Capabilities that the model must have, of those in the profiles. At most 32. */
    requiredCapabilities?: string[];
    /** What the Brain knows of its models; needed for constraints and costs. At most 256. */
    profiles?: ModelProfile[];
    /** Highest cost of a request in US dollars; absent for no limit. */
    costMax?: number;
    /** Highest latency in milliseconds; absent for no limit. */
    latencyMsMax?: number;
    /**
     * Quality given up per cost of the dearest candidate, in [0, 1]; 0 looks at quality alone. Where the tenant has a daily
     * budget, its pacing may take a greater one.
     */
    costWeight?: number;
    /** How to choose; unspecified leaves it to the service's setting. */
    strategy?: Strategy;
}
/** ModelProfile is what the Brain knows of a model. */
export interface ModelProfile {
    /** Model. 1 to 200 characters. */
    model: string;
    /** What it can do. At most 32. */
    capabilities?: string[];
    /**
     * Expected cost of a request in US dollars; absent when unknown. An unknown cost fails no limit. Where the tenant has a
     * daily budget, what the model's outputs cost on average over the last 7 days stands for an unknown cost in the weighing.
     */
    cost?: number;
    /** Expected latency in milliseconds; absent when unknown. An unknown latency fails no limit. */
    latencyMs?: number;
    /** Whether its provider is unhealthy; then it is not chosen. */
    unhealthy?: boolean;
}
/** Recommendation is a chosen model with its reasons. */
export interface Recommendation {
    /** Identifies the decision; goes into the manifest. */
    decisionId: string;
    /** Chosen model; empty when no candidate is known. */
    model: string;
    /** Exact probability with which it was chosen, in (0, 1]; goes into the manifest. */
    propensity: number;
    /** Shrunk estimate of its quality, in [0, 1]. */
    score: number;
    /** Confidence at the answering scope, in [0, 1]. */
    confidence: number;
    /** Units behind the answering scope, not decayed. */
    sampleSize: string;
    /** Narrowest scope whose own confidence reaches the threshold. */
    scope: Scope;
    /** All other candidates, best first. At most 16. */
    alternatives: RankedModel[];
    /** One sentence on which counts decided. */
    reasoning: string;
    /** How it was chosen. */
    strategy: Strategy;
    /** How feedback counted. */
    learningMode: LearningMode;
    /** Until when the answer may be reused. */
    expireTime?: string;
    /** Age of the oldest table entry that it was decided from, since it was last known to be current, in milliseconds. */
    stalenessMs: number;
    /** Orchestration that served this model best in this task and domain; empty when there is none. */
    orchestrationId: string;
    /** Services that the feedback on this model in this task and domain rests on. */
    requiredServices: string[];
    /** Experiment that decided; empty when none did. */
    experimentId: string;
    /** Variant of that experiment; empty when none did. */
    variant: string;
    /** Version of the learned scores. */
    tableVersion: string;
    /** Epoch of that experiment; 0 when none decided. */
    experimentEpoch: number;
}
/** GetRecommendationRequest asks for a model. */
export interface GetRecommendationRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** For whom and for what. Required. */
    context: RecommendationContext;
}
/** GetRecommendationResponse is the answer to the Brain. */
export interface GetRecommendationResponse {
    /** The recommendation. */
    recommendation?: Recommendation;
}
/** BatchGetRecommendationsRequest asks for many models. */
export interface BatchGetRecommendationsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** For whom and for what. 1 to 256. */
    contexts: RecommendationContext[];
}
/** BatchGetRecommendationsResponse answers each context in order. */
export interface BatchGetRecommendationsResponse {
    /** One per context, in the order of the request. */
    recommendations: Recommendation[];
}
/** WatchRecommendationsRequest asks for the table of recommendations. */
export interface WatchRecommendationsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Users whose own entries are wanted beside the tenant's. At most 1,000. */
    userIds?: string[];
    /** Tasks that are wanted; empty means all. At most 64. */
    taskTypes?: string[];
    /** How the propensities of the entries are computed; unspecified leaves it to the service's setting. */
    strategy?: Strategy;
}
/** WatchRecommendationsResponse is a part of the table, or a sign of life. */
export interface WatchRecommendationsResponse {
    /** New and changed entries. Empty in a sign of life, sent at least every 10 seconds. */
    entries: TableEntry[];
    /** Whether everything that was known when the stream began has been sent. */
    snapshotComplete: boolean;
    /** Version of the learned scores; when it changes, entries of older versions are void. */
    tableVersion: string;
    /** When the part was sent. */
    sendTime?: string;
}
/** TableEntry is what would be recommended in one context. */
export interface TableEntry {
    /** User; empty for the tenant's entry. */
    userId: string;
    /** Task; empty for any task. */
    taskType: string;
    /** Domain; empty for any domain. */
    domainMode: string;
    /** All models with feedback, best first, with their propensities. */
    models: RankedModel[];
    /** Narrowest scope with enough confidence for the best model. */
    scope: Scope;
    /** One sentence on which counts decided. */
    reasoning: string;
    /** How the propensities were computed. */
    strategy: Strategy;
    /** Until when the entry may be used. */
    expireTime?: string;
}
/** RankModelsRequest asks to mix the Brain's scores with what was learned. */
export interface RankModelsRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** For whom and for what. Required. Its candidates are ignored: the scores name them. */
    context: RecommendationContext;
    /** The Brain's scores, each model once. 1 to 256. */
    scores: BrainScore[];
}
/** BrainScore is the Brain's own score of a model. */
export interface BrainScore {
    /** Model. 1 to 200 characters. */
    model: string;
    /** Score in [0, 1]. */
    score?: number;
}
/** RankModelsResponse ranks models by final = (1 - w) * brain + w * neural with w = 0.35 * min(1, confidence / threshold). */
export interface RankModelsResponse {
    /** One per model, best first. */
    scores: MixedScore[];
    /** How feedback counted. */
    learningMode: LearningMode;
    /** Threshold in the formula. */
    confidenceThreshold: number;
}
/** MixedScore is a model's score with its parts. */
export interface MixedScore {
    /** Model. */
    model: string;
    /** Mixed score, in [0, 1]. */
    finalScore: number;
    /** The Brain's score, in [0, 1]. */
    brainScore: number;
    /** Learned estimate, in [0, 1]. */
    neuralScore: number;
    /** Weight of the learned estimate, in [0, 0.35]. */
    weight: number;
    /** Confidence at the answering scope, in [0, 1]. */
    confidence: number;
    /** Scope that answered. */
    scope: Scope;
    /** Whether the model meets the constraints; others are ranked last. */
    eligible: boolean;
}
/** ListModelScoresRequest asks for learned scores. */
export interface ListModelScoresRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Scope. Required. */
    scope: Scope;
    /** User, needed at user scope and refused at the others. At most 200 characters. */
    userId?: string;
    /** Model; empty for all. At most 200 characters. */
    model?: string;
    /** Task, as in the manifests; empty for any task. At most 64 characters. */
    taskType?: string;
    /** Domain, as in the manifests; empty for any domain. At most 64 characters. */
    domainMode?: string;
    /** Whether to list the roll-ups over tasks and domains too. */
    includeRollups?: boolean;
    /** Items a page; 0 means 50, more than 1,000 means 1,000. */
    pageSize?: number;
    /** Token of the page, from the answer before; empty for the first. */
    pageToken?: string;
}
/** ListModelScoresResponse is a page of learned scores. */
export interface ListModelScoresResponse {
    /** Scores, by task, domain and model. */
    scores: ModelScore[];
    /** Token of the next page; empty on the last. */
    nextPageToken: string;
    /** How feedback counted. */
    learningMode: LearningMode;
    /** Version of the learned scores. */
    tableVersion: string;
}
/** ExplainRecommendationRequest asks what would be recommended, and why. */
export interface ExplainRecommendationRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** For whom and for what. Required. */
    context: RecommendationContext;
}
/** ExplainRecommendationResponse shows every step from counts to choice. */
export interface ExplainRecommendationResponse {
    /** Candidates, best first. */
    models: ModelExplanation[];
    /** One sentence on which counts decided. */
    reasoning: string;
    /** How a model would be chosen. */
    strategy: Strategy;
    /** How feedback counted. */
    learningMode: LearningMode;
    /** Candidates that fail a constraint. */
    refused: RefusedModel[];
    /** Version of the learned scores. */
    tableVersion: string;
}
/** ModelExplanation shows how one candidate came to its place. */
export interface ModelExplanation {
    /** Its place. */
    ranked?: RankedModel;
    /** Levels of the hierarchy, from global to user, each shrunk towards the one before. */
    levels: ScopeEvidence[];
}
/** RefusedModel is a candidate that fails a constraint. */
export interface RefusedModel {
    /** Model. */
    model: string;
    /** Constraint that it fails. */
    reason: string;
}
/** Scope says whose feedback an estimate rests on. */
export type Scope = 
/** Not stated; no feedback decided. */
"SCOPE_UNSPECIFIED"
/** The user's own. */
 | "SCOPE_USER"
/** The tenant's users. */
 | "SCOPE_TENANT"
/** All tenants that opted in. */
 | "SCOPE_GLOBAL";
/** Strategy says how a model is chosen among estimates. Values may be added. */
export type Strategy = 
/** Leaves the choice to the service's setting. */
"STRATEGY_UNSPECIFIED"
/** The best estimate, always. */
 | "STRATEGY_GREEDY"
/** Each model with the probability that it is the best. */
 | "STRATEGY_THOMPSON"
/** Mostly the best estimate, now and then any model. */
 | "STRATEGY_EPSILON_GREEDY"
/** The best score at the first scope, from user to global, with enough confidence. */
 | "STRATEGY_SCOPE_FALLBACK";
/** LearningMode says how a unit of feedback counts. */
export type LearningMode = 
/** Not stated. */
"LEARNING_MODE_UNSPECIFIED"
/** Each unit counts 1. */
 | "LEARNING_MODE_RUNNING_MEAN"
/** Each unit counts its evidence, so that distrusted feedback weighs less. */
 | "LEARNING_MODE_EVIDENCE_WEIGHTED";
/** ScopeEvidence is what one scope knows of a model. */
export interface ScopeEvidence {
    /** Scope. */
    scope: Scope;
    /** Task of the cell; empty for the roll-up over tasks. */
    taskType: string;
    /** Domain of the cell; empty for the roll-up over domains. */
    domainMode: string;
    /** Mean score of the cell alone, in [0, 1]; 0.5 without evidence. */
    score: number;
    /** Decayed evidence behind it, in units. */
    evidence: number;
    /** min(evidence / least samples of the scope, 1). */
    confidence: number;
    /** Units, not decayed. */
    sampleSize: string;
    /** Estimate after this level of the hierarchy, in [0, 1]. */
    shrunkScore: number;
}
/** RankedModel is one candidate with its estimate. */
export interface RankedModel {
    /** Model. */
    model: string;
    /** Shrunk estimate of quality, in [0, 1]. */
    score: number;
    /** Confidence at the answering scope, in [0, 1]. */
    confidence: number;
    /** Units behind the answering scope, not decayed. */
    sampleSize: string;
    /** Probability that this model is chosen, in [0, 1]. All candidates together give 1. */
    propensity: number;
    /** Scope that answered for this model. */
    scope: Scope;
    /** Score less the weighted cost, by which the candidates are ranked. */
    utility: number;
}
/** ModelScore is a learned cell: one model, task and domain at one scope. */
export interface ModelScore {
    /** Scope. */
    scope: Scope;
    /** User, at user scope; empty otherwise. */
    userId: string;
    /** Model. */
    model: string;
    /** Task; empty for the roll-up over tasks. */
    taskType: string;
    /** Domain; empty for the roll-up over domains. */
    domainMode: string;
    /** Mean score, in [0, 1]; 0.5 without evidence. */
    score: number;
    /** min(evidence / least samples of the scope, 1). */
    confidence: number;
    /** Decayed evidence, in units. */
    evidence: number;
    /** Mean over units that name accuracy, in [0, 1]; absent without any. */
    accuracyScore?: number;
    /** Mean over units that name relevance, in [0, 1]; absent without any. */
    relevanceScore?: number;
    /** Mean over units that name speed, in [0, 1]; absent without any. */
    speedScore?: number;
    /** Units with a thumb up. */
    positiveCount: string;
    /** Units with a thumb down. */
    negativeCount: string;
    /** Units with neither. */
    neutralCount: string;
    /** Units whose signals have a mean sentiment above 0. */
    implicitPositiveCount: string;
    /** Units whose signals have a mean sentiment below 0. */
    implicitNegativeCount: string;
    /** All units. */
    totalCount: string;
    /** When the cell last changed. */
    updateTime?: string;
    /** Newest version of the model that the cell has seen; empty for the unnamed version. */
    modelVersion: string;
}
/** VoiceStatus is how far feedback has been heard. Values may be added. */
export type VoiceStatus = 
/** Not stated. */
"VOICE_STATUS_UNSPECIFIED"
/** Waits for a worker, for the first time or again. */
 | "VOICE_STATUS_PENDING"
/** Is being heard. */
 | "VOICE_STATUS_PROCESSING"
/** Was heard; counts as feedback. */
 | "VOICE_STATUS_COMPLETED"
/** Could not be heard; see the error. */
 | "VOICE_STATUS_FAILED"
/** Nobody speaks in it. */
 | "VOICE_STATUS_NO_SPEECH";
/** Transcript is what was said in a recording. */
export interface Transcript {
    /** Whether nobody said a word: no text, no language, no opinion. */
    noSpeech: boolean;
    /** The words in the language spoken. */
    text: string;
    /** Language spoken, ISO 639-1; empty when it has no such code. */
    language: string;
    /** How likely it is that language, in [0, 1]; 1 when it was told. */
    languageProbability: number;
    /** The words in English; empty when there is no translation. */
    englishTranslation: string;
    /** How much to rely on the words, in [0, 1]. */
    confidence: number;
    /** A sentence that says why the words may be wrong; empty without a reason. */
    doubt: string;
    /** Length of the recording. */
    audioDuration?: string;
    /** What recognised it. */
    model: string;
    /** What the words think of the answer, in [-1, 1]; absent without speech. */
    sentiment?: number;
    /** The sentiment as a thumb; unspecified without speech. */
    inferredRating: Rating;
    /** What the opinion is about, the likeliest first. */
    inferredCategories: FeedbackCategory[];
}
/** VoiceFeedback is what a user said of an output, and how far it has been heard. */
export interface VoiceVoiceFeedback {
    /** Identifier. A UUID. */
    voiceId: string;
    /** Output that is judged. */
    outputId: string;
    /** User who speaks. */
    userId: string;
    /** Where the feedback was given. */
    source: FeedbackSource;
    /** How far it has been heard. */
    status: VoiceStatus;
    /** When it was submitted. */
    createTime?: string;
    /** When it changed last. */
    updateTime?: string;
    /** When hearing it came to an end; absent before. */
    completeTime?: string;
    /** Format of the recording, such as webm or mp3. */
    audioFormat: string;
    /** Size of the recording in bytes. */
    audioBytes: string;
    /** Whether the recording is still kept. */
    audioKept: boolean;
    /** What was heard; absent until the status is completed or no_speech. */
    transcript?: Transcript;
    /** How often it has been tried. */
    attempts: number;
    /** When it is tried again at the earliest; absent when it is not to be. */
    nextAttemptTime?: string;
    /** Why it failed, or failed last, in lower_snake_case; empty otherwise. */
    errorCode: string;
    /** The same as a sentence for people. */
    errorMessage: string;
}
/** TranscribeRequest is the header or a chunk of a recording. */
export interface TranscribeRequest {
    /** What is to be done. */
    header?: TranscribeHeader;
    /** Bytes of the file, in order. 1 byte to 256 KiB; all of them at most 25 MB unless the deployment says otherwise. */
    chunk?: string;
}
/** TranscribeHeader says what is to be done with a recording. */
export interface TranscribeHeader {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Language spoken, ISO 639-1, where it is known; empty: it is detected. */
    language?: string;
    /** Whether to leave out the English translation, which takes about as long again as the transcript. */
    skipTranslation?: boolean;
}
/** TranscribeResponse shows what was heard. */
export interface TranscribeResponse {
    /** What was heard. */
    transcript?: Transcript;
}
/** TranslateTextRequest asks for a translation. */
export interface TranslateTextRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Text. 1 to 5,000 characters. */
    text: string;
    /** Language of the text, ISO 639-1, with or without a region; empty: it is recognised. */
    sourceLanguage?: string;
    /** Language wanted, ISO 639-1; empty: English. */
    targetLanguage?: string;
}
/** TranslateTextResponse is a translation. */
export interface TranslateTextResponse {
    /** The text in the language wanted; unchanged when it was in it. */
    text: string;
    /** Language of the original, ISO 639-1. */
    sourceLanguage: string;
    /** Language of the translation, ISO 639-1. */
    targetLanguage: string;
}
/** GetVoiceFeedbackRequest asks for spoken feedback. */
export interface GetVoiceFeedbackRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Spoken feedback. A UUID. */
    voiceId: string;
}
/** GetVoiceFeedbackResponse shows spoken feedback. */
export interface GetVoiceFeedbackResponse {
    /** The feedback. */
    feedback?: VoiceVoiceFeedback;
}
/** ListVoiceFeedbackRequest asks for spoken feedback. Filters narrow each other. */
export interface ListVoiceFeedbackRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Status; unspecified for all. */
    status?: VoiceStatus;
    /** Output that was judged; empty for all. At most 100 characters. */
    outputId?: string;
    /** User who spoke; empty for all. At most 200 characters. */
    userId?: string;
    /** Items a page; 0 means 50, more than 1,000 means 1,000. */
    pageSize?: number;
    /** Token of the page, from the answer before; empty for the first. */
    pageToken?: string;
}
/** ListVoiceFeedbackResponse is a page of spoken feedback. */
export interface ListVoiceFeedbackResponse {
    /** Feedback, newest first. */
    feedback: VoiceVoiceFeedback[];
    /** Token of the next page; empty on the last. */
    nextPageToken: string;
}
/** RetryVoiceFeedbackRequest asks to hear failed feedback again. */
export interface RetryVoiceFeedbackRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Makes the call safe to repeat: within 24 hours a repeat returns the first answer. A UUID. */
    requestId: string;
    /** Feedback to be heard again. 1 to 1,000 distinct UUIDs. */
    voiceIds: string[];
    /** Why, for the audit log. At most 500 characters. */
    reason?: string;
}
/** RetryVoiceFeedbackResponse tells what became of each. */
export interface RetryVoiceFeedbackResponse {
    /** Feedback that waits to be heard again. */
    retriedVoiceIds: string[];
    /** Feedback that was left as it is: it had not failed, or its recording is deleted. */
    unchangedVoiceIds: string[];
}
/** GetVoiceAudioRequest asks for a recording. */
export interface GetVoiceAudioRequest {
    /** Tenant; defaults to the tenant of the caller's token and must agree with it. At most 100 characters. */
    tenantId?: string;
    /** Spoken feedback. A UUID. */
    voiceId: string;
}
/** GetVoiceAudioResponse is a part of a recording. */
export interface GetVoiceAudioResponse {
    /** Format of the file, such as webm or mp3. In the first part only. */
    audioFormat: string;
    /** Size of the whole file in bytes. In the first part only. */
    audioBytes: string;
    /** Bytes of the file, in order. At most 256 KiB. */
    chunk: string;
}
/** GetVoiceQueueRequest asks how much waits. */
export interface GetVoiceQueueRequest {
    /**
     * Tenant; defaults to the tenant of the caller's token and must agree with it. An operator of all tenants who names
     * none sees what waits of all. At most 100 characters.
     */
    tenantId?: string;
}
/** GetVoiceQueueResponse tells how much waits. */
export interface GetVoiceQueueResponse {
    /**
     * Feedback by status, statuses without any left out. What is pending and processing is counted whole; what is done,
     * of one tenant alone and of the last 30 days.
     */
    depths: VoiceDepth[];
    /** When the oldest feedback that is not yet done was submitted; absent when there is none. */
    oldestWaitingTime?: string;
    /** Age of it; absent when there is none. */
    oldestWaitingAge?: string;
}
/** VoiceDepth counts feedback of one status. */
export interface VoiceDepth {
    /** The status. */
    status: VoiceStatus;
    /** How much there is. */
    count: string;
}

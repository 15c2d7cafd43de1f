using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary>A job whose inclusion has been decided, and what the decision leaves to work with.</summary>
/// <param name="Rule">The rule that let it in; <see langword="null"/> without rules.</param>
/// <param name="Yaml">Its YAML variables, without the rule's.</param>
/// <param name="Scope">What its rules saw.</param>
internal sealed record JobSeed(JobInstance Instance, JobDecision Decision, RuleConfig? Rule, VariableLayer Yaml, VariableScope Scope)
{
    public JobConfig Job => Instance.Job;

    /// <summary>The rule's, else the job's, else on success.</summary>
    public JobWhen When => Rule?.When ?? Job.When ?? JobWhen.OnSuccess;

    /// <summary>What the job itself says counts before what its own <c>when</c> implies; a rule's <c>when: manual</c> implies nothing.</summary>
    public bool AllowFailure => Rule?.AllowFailure ?? Job.AllowFailure ?? Job.When == JobWhen.Manual;
}

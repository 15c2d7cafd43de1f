using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner;

namespace Slipway.Cli.LocalRun;

/// <summary>What a server would give a job or do for it, and what is here instead: a value the user gives, or a line that says what is missing.</summary>
internal static class WithoutServer
{
    private const string Release = "release";

    /// <summary>A line for each thing the job goes without.</summary>
    /// <param name="external">Artifacts of other pipelines that are not here.</param>
    public static IEnumerable<string> Missing(CompiledJob job, JobPayload payload, ImmutableArray<ExternalNeed> external)
    {
        foreach (var need in external.Where(need => need.Project is not null))
            yield return $"artifacts of {need.Job} in {need.Project} need a server, and are not here";
        foreach (var token in job.IdTokens.Where(token => Find(payload.Variables, token.Name) is null))
            yield return $"the ID token {token.Name} is not here: a server signs it (--variable {token.Name}=TOKEN gives one)";
        if (job.Identity is { } identity)
            yield return $"identity: {identity} is GitLab.com's to sign in with, so the job has no such credentials";
        if (job.DastConfiguration is not null)
            yield return "dast_configuration names profiles that a server keeps: the job has none of their variables";
        if (job.Release is { } release)
            yield return $"the release {Expand(release.TagName, payload)} is not made: that needs a server";
        if (job.Pages is { } pages)
            yield return $"nothing is published: the folder {pages.Publish} is kept as an artifact";
    }

    /// <summary>Fails a job that needs artifacts of a job that has not passed in the pipeline it names.</summary>
    /// <param name="external">Artifacts of other pipelines that are not here.</param>
    /// <exception cref="JobFailedException">It is so.</exception>
    public static void Check(ImmutableArray<ExternalNeed> external)
    {
        if (external.FirstOrDefault(need => need.Project is null) is { } need)
            throw new JobFailedException(
                FailureReason.MissingDependency,
                $"artifacts of {need.Job} in pipeline {need.Pipeline} are not here: no job of that name has passed in a pipeline of this run with that id"
            );
    }

    /// <summary>
    /// The payload with the secrets the user gives as variables of the project or the pipeline, and without what would act on a server.
    /// </summary>
    /// <exception cref="JobFailedException">A secret is given nowhere, which fails the job on a server, too.</exception>
    public static JobPayload Supply(CompiledJob job, JobPayload payload)
    {
        if (payload.Steps.Any(step => step.Name == Release))
            payload = payload with { Steps = payload.Steps.RemoveAll(step => step.Name == Release) };
        if (payload.Secrets is null)
            return payload;
        var given = job.Variables.RemoveRange(0, job.DotenvAt);
        var absent = job.Secrets.Where(secret => Find(given, secret.Name) is null).ToArray();
        if (absent.Length > 0)
            throw new JobFailedException(FailureReason.SecretsProviderNotFound, Absent(absent));
        return payload with
        {
            Secrets = null,
            Variables = payload.Variables.AddRange(job.Secrets.Select(secret => Value(secret, payload))),
        };
    }

    private static string Absent(CompiledJob.Secret[] secrets)
    {
        var names = string.Join(", ", secrets.Select(secret => $"{secret.Name} ({secret.Source.Provider})"));
        return secrets.Length == 1
            ? $"the secret {names} is not here: give it with --variable {secrets[0].Name}=VALUE or in a variables file"
            : $"the secrets {names} are not here: give them with --variable NAME=VALUE or in a variables file";
    }

    private static Variable Value(CompiledJob.Secret secret, JobPayload payload) =>
        new(secret.Name, Find(payload.Variables, secret.Name)!.Value, Public: false, Masked: true, File: secret.File, Raw: true);

    private static Variable? Find(ImmutableArray<Variable> variables, string name) =>
        variables.LastOrDefault(variable => variable.Key == name);

    private static string Expand(string text, JobPayload payload) =>
        VariableExpansion.Expand(text, name => Find(payload.Variables, name)?.Value);
}

using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Expressions;

namespace Slipway.Runner.Jobs;

/// <summary>A step of <c>run</c> that is a script.</summary>
/// <param name="Env">On top of the job's variables, for this step alone.</param>
internal sealed record RunStep(string Name, string Script, ImmutableArray<Variable> Env);

/// <summary>
/// <c>run</c>: steps in place of a script, one shell each, up to the first that fails (https://docs.gitlab.com/ci/yaml/#run). Steps that call a
/// function need GitLab's step-runner; they are refused before anything of the job has happened. Expressions know the job's variables (<c>vars</c>,
/// and by their older name <c>job</c>) and <c>work_dir</c>.
/// </summary>
internal static class RunSteps
{
    /// <exception cref="JobFailedException">A step is none that can be run here.</exception>
    public static void Check(string run) => Read(run, static text => text);

    /// <exception cref="JobFailedException">An expression is wrong.</exception>
    public static ImmutableArray<RunStep> Read(string run, JobVariables variables, string projectDir)
    {
        var vars = MoaValue.Map.Of(
            variables.All.Select(variable => KeyValuePair.Create(variable.Key, (MoaValue)new MoaValue.Text(variables.Told(variable))))
        );
        var values = new MoaEvaluation(
            new Dictionary<string, MoaValue>
            {
                ["vars"] = vars,
                ["job"] = vars,
                ["work_dir"] = new MoaValue.Text(projectDir),
            }
        );
        return Read(run, values.Expand);
    }

    private static ImmutableArray<RunStep> Read(string run, Func<string, string> expand)
    {
        try
        {
            using var json = JsonDocument.Parse(run);
            return [.. json.RootElement.EnumerateArray().Select(step => Step(step, expand))];
        }
        catch (MoaException e)
        {
            throw new JobFailedException(FailureReason.RunnerConfiguration, $"run: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new JobFailedException(FailureReason.RunnerConfiguration, $"run is not a list of steps: {e.Message}");
        }
    }

    private static RunStep Step(JsonElement step, Func<string, string> expand)
    {
        var name = step.GetProperty("name").GetString() ?? "";
        foreach (var other in (ReadOnlySpan<string>)["step", "func", "action"])
            if (step.TryGetProperty(other, out _))
                throw new JobFailedException(
                    FailureReason.RunnerUnsupported,
                    $"run: the step {name} calls a function ({other}), which takes GitLab's step-runner; only steps with a script run here"
                );
        var env = step.TryGetProperty("env", out var given)
            ? given.EnumerateObject().Select(entry => new Variable(entry.Name, expand(entry.Value.GetString() ?? ""), Raw: true))
            : [];
        return new RunStep(name, expand(step.GetProperty("script").GetString() ?? ""), [.. env]);
    }
}

using System.Text.RegularExpressions;

namespace Slipway.Compiler.Keywords;

/// <summary><c>$[[ matrix.NAME ]]</c> in needs: the value that variable has in the matrix row of the instance that needs.</summary>
internal sealed partial class MatrixExpressions(DiagnosticBag bag)
{
    private readonly HashSet<(string Message, Position At)> _told = [];

    /// <summary>Whether what a need says depends on the instance that needs.</summary>
    public static bool AreIn(NeedConfig need) =>
        need switch
        {
            NeedConfig.Job job => IsOne(job.Name)
                || job.Matrix is { } rows && rows.Any(row => row.Variables.Any(variable => variable.Values.Any(IsOne))),
            NeedConfig.CrossProject other => IsOne(other.Project) || IsOne(other.Name) || IsOne(other.Ref),
            NeedConfig.CrossPipeline other => IsOne(other.Pipeline) || IsOne(other.Name),
            _ => false,
        };

    private static bool IsOne(string text) => text.Contains("$[[");

    /// <summary>An expression that names no variable of the row is told, once a place, and left as it is.</summary>
    public NeedConfig Resolve(NeedConfig need, JobInstance instance)
    {
        return need switch
        {
            NeedConfig.Job job => job with { Name = Text(job.Name), Matrix = job.Matrix is { } rows ? [.. rows.Select(Row)] : null },
            NeedConfig.CrossProject other => other with { Project = Text(other.Project), Name = Text(other.Name), Ref = Text(other.Ref) },
            NeedConfig.CrossPipeline other => other with { Pipeline = Text(other.Pipeline), Name = Text(other.Name) },
            _ => need,
        };

        MatrixRow Row(MatrixRow row) =>
            row with
            {
                Variables = [.. row.Variables.Select(variable => variable with { Values = [.. variable.Values.Select(Text)] })],
            };

        string Text(string text) => IsOne(text) ? Expression().Replace(text, match => Value(match, instance, need.At)) : text;
    }

    private string Value(Match expression, JobInstance instance, Position at)
    {
        var name = expression.Groups["name"].Value;
        foreach (var variable in instance.MatrixVariables)
        {
            if (variable.Key == name)
                return variable.Value;
        }
        var message = $"{instance.Job.Name} job: '{name}' does not exist in matrix configuration";
        if (_told.Add((message, at)))
            bag.Error(DiagnosticCode.InvalidMatrixExpression, message, at);
        return expression.Value;
    }

    [GeneratedRegex(@"\$\[\[\s*matrix\.(?<name>[a-zA-Z0-9_-]+)\s*\]\]", RegexOptions.CultureInvariant)]
    private static partial Regex Expression();
}

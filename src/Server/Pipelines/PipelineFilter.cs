using Slipway.Engine;
using Slipway.Server.Http;

namespace Slipway.Server.Pipelines;

/// <summary>Which pipelines of a project a list shows, and in which order: the parameters of <c>GET /projects/:id/pipelines</c>.</summary>
/// <param name="Where">Over <c>pipelines p</c>.</param>
internal sealed record PipelineFilter(string Where, string Order, IReadOnlyDictionary<string, object?> Arguments)
{
    private static readonly string[] Finished = ["success", "failed", "canceled", "skipped"];

    /// <returns>The filter, or which parameter has no such value.</returns>
    public static (PipelineFilter Filter, string? Problem) Read(Parameters p, long project)
    {
        var clauses = new List<string> { "p.project_id = @project", "p.ready = 1" };
        var arguments = new Dictionary<string, object?> { ["project"] = project };
        string? problem = null;

        Equal("ref", "p.ref", p.Text("ref"));
        Equal("sha", "p.sha", p.Text("sha"));
        Equal("name", "p.name", p.Text("name"));
        Word("status", Statuses.Parse(p.Text("status") ?? "success") is not null, "p.status");
        if (p.Text("source") is null)
            clauses.Add("p.source <> 'parent_pipeline'");
        else
            Equal("source", "p.source", p.Text("source"));
        if (p.Text("username") is { } username)
        {
            clauses.Add("p.user_id IN (SELECT id FROM users WHERE username_key = @username)");
            arguments["username"] = username.ToLowerInvariant();
        }

        Instant("updated_after", "p.updated_at > @updated_after");
        Instant("updated_before", "p.updated_at < @updated_before");
        Instant("created_after", "p.created_at > @created_after");
        Instant("created_before", "p.created_at < @created_before");
        if (p.Flag("yaml_errors") is { } broken)
            clauses.Add(broken ? "p.yaml_errors IS NOT NULL" : "p.yaml_errors IS NULL");
        Scope(p.Text("scope"));
        var (column, direction) = (p.Text("order_by") ?? "id", p.Text("sort") ?? "desc");
        if (column is not ("id" or "status" or "ref" or "updated_at" or "user_id"))
            problem ??= "order_by does not have a valid value";
        if (direction is not ("asc" or "desc"))
            problem ??= "sort does not have a valid value";
        var order = problem is null ? $"p.{column} {direction}, p.id {direction}" : "p.id";
        return (new PipelineFilter("WHERE " + string.Join(" AND ", clauses), order, arguments), problem);

        void Equal(string name, string of, string? value)
        {
            if (value is null)
                return;
            clauses.Add($"{of} = @{name}");
            arguments[name] = value;
        }

        void Word(string name, bool valid, string of)
        {
            if (!valid)
                problem ??= $"{name} does not have a valid value";
            Equal(name, of, p.Text(name));
        }

        void Instant(string name, string clause)
        {
            if (p.Text(name) is not { } text)
                return;
            if (!DateTimeOffset.TryParse(text, null, System.Globalization.DateTimeStyles.AssumeUniversal, out var at))
            {
                problem ??= $"{name} is invalid";
                return;
            }

            clauses.Add(clause);
            arguments[name] = at.ToUnixTimeMilliseconds();
        }

        void Scope(string? scope)
        {
            switch (scope)
            {
                case null:
                    break;
                case "running" or "pending":
                    clauses.Add($"p.status = '{scope}'");
                    break;
                case "finished":
                    clauses.Add($"p.status IN ('{string.Join("', '", Finished)}')");
                    break;
                case "tags":
                    clauses.Add("p.tag = 1");
                    break;
                case "branches":
                    clauses.Add("p.tag = 0");
                    break;
                default:
                    problem ??= "scope does not have a valid value";
                    break;
            }
        }
    }
}

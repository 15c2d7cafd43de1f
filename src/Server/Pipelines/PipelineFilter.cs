using System.Globalization;
using Slipway.Engine;
using Slipway.Server.Http;

namespace Slipway.Server.Pipelines;

/// <summary>Which pipelines of a project a list shows, and in which order: the parameters of <c>GET /projects/:id/pipelines</c>.</summary>
/// <param name="Where">Over <c>pipelines p</c>.</param>
internal sealed record PipelineFilter(string Where, string Order, IReadOnlyDictionary<string, object?> Arguments)
{
    /// <returns>The filter, or which parameter has no such value.</returns>
    public static (PipelineFilter Filter, string? Problem) Read(Parameters p, long project)
    {
        var reading = new Reading(p, project);
        reading.Equal("ref");
        reading.Equal("sha");
        reading.Equal("name");
        reading.Status();
        reading.Source();
        reading.User();
        reading.Instant("updated_after", "p.updated_at > @updated_after");
        reading.Instant("updated_before", "p.updated_at < @updated_before");
        reading.Instant("created_after", "p.created_at > @created_after");
        reading.Instant("created_before", "p.created_at < @created_before");
        reading.Errors();
        reading.Scope();
        return reading.ToFilter();
    }

    /// <summary>The clauses so far, and the first thing that is wrong.</summary>
    private sealed class Reading(Parameters p, long project)
    {
        private readonly List<string> _clauses = ["p.project_id = @project", "p.ready = 1"];
        private readonly Dictionary<string, object?> _arguments = new() { ["project"] = project };
        private string? _problem;

        public void Equal(string name)
        {
            if (p.Text(name) is { } value)
                Add($"p.{name} = @{name}", name, value);
        }

        public void Status()
        {
            if (p.Text("status") is { } status && Statuses.Parse(status) is null)
                Wrong("status");
            Equal("status");
        }

        /// <summary>Children are shown to those who ask for them.</summary>
        public void Source()
        {
            Equal("source");
            if (p.Text("source") is null)
                _clauses.Add("p.source <> 'parent_pipeline'");
        }

        public void User()
        {
            if (p.Text("username") is { } name)
                Add("p.user_id IN (SELECT id FROM users WHERE username_key = @username)", "username", name.ToLowerInvariant());
        }

        public void Instant(string name, string clause)
        {
            if (p.Text(name) is not { } text)
                return;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
                Add(clause, name, at.ToUnixTimeMilliseconds());
            else
                _problem ??= $"{name} is invalid";
        }

        public void Errors()
        {
            if (p.Flag("yaml_errors") is { } broken)
                _clauses.Add(broken ? "p.yaml_errors IS NOT NULL" : "p.yaml_errors IS NULL");
        }

        public void Scope()
        {
            var clause = p.Text("scope") switch
            {
                null => null,
                "running" => "p.status = 'running'",
                "pending" => "p.status = 'pending'",
                "finished" => "p.status IN ('success', 'failed', 'canceled', 'skipped')",
                "tags" => "p.tag = 1",
                "branches" => "p.tag = 0",
                _ => "",
            };
            if (clause is "")
                Wrong("scope");
            else if (clause is not null)
                _clauses.Add(clause);
        }

        public (PipelineFilter Filter, string? Problem) ToFilter()
        {
            var (column, direction) = (p.Text("order_by") ?? "id", p.Text("sort") ?? "desc");
            if (column is not ("id" or "status" or "ref" or "updated_at" or "user_id"))
                Wrong("order_by");
            if (direction is not ("asc" or "desc"))
                Wrong("sort");
            // What a user wrote becomes part of the statement only once it is one of ours.
            var order = _problem is null ? $"p.{column} {direction}, p.id {direction}" : "p.id";
            return (new PipelineFilter("WHERE " + string.Join(" AND ", _clauses), order, _arguments), _problem);
        }

        private void Add(string clause, string name, object value)
        {
            _clauses.Add(clause);
            _arguments[name] = value;
        }

        private void Wrong(string name) => _problem ??= $"{name} does not have a valid value";
    }
}

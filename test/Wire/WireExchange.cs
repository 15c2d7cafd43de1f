using System.Text.Json;

namespace Slipway.Wire;

/// <summary>A question of a runner and a coordinator's answer to it.</summary>
/// <param name="Path">Behind <c>/api/v4/</c>.</param>
/// <param name="ContentRange">Of the question.</param>
/// <param name="Header">The answer's header of a name.</param>
internal sealed record WireExchange(
    string Method,
    string Path,
    string? ContentRange,
    int Status,
    Func<string, string?> Header,
    ReadOnlyMemory<byte> Body
)
{
    private const string Request = "jobs/request";

    private static readonly string[] s_states =
    [
        "created",
        "waiting_for_resource",
        "preparing",
        "pending",
        "running",
        "success",
        "failed",
        "canceling",
        "canceled",
        "skipped",
        "manual",
        "scheduled",
    ];

    /// <summary>A job is handed out.</summary>
    public bool IsJob => (Method, Path, Status) is ("POST", Request, 201);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    private string[] Parts => Path.Split('/');

    /// <summary>What is wrong with the answer, in the eyes of gitlab-runner 19.x (runner-protocol §1.2, §3.2, §5, §6, §8); nothing when all is well.</summary>
    public IReadOnlyList<string> Mistakes()
    {
        var errors = new List<string>();
        Expect(Status is < 500 or 501 || MayComeAgain, "no error of the coordinator's own");
        switch (Method, Parts)
        {
            case ("POST", ["jobs", "request"]):
                OfRequest(errors);
                break;
            case ("PUT", ["jobs", _]):
                One(200, 202, 400, 403, 409, 412, 429);
                if (Status is 200 or 202)
                    Expect(s_states.Contains(Header("Job-Status")), "Job-Status");
                OfInterval(errors);
                break;
            case ("PATCH", ["jobs", _, "trace"]):
                OfTrace(errors);
                break;
            case ("POST", ["jobs", _, "artifacts"]):
                One(201, 400, 403, 405, 413, 503);
                break;
            case ("GET", ["jobs", _, "artifacts"]):
                One(200, 302, 307, 401, 403, 404);
                if (Status is 302 or 307)
                    Expect(Header("Location") is not null, "Location");
                break;
            case ("POST", ["runners"] or ["runners", "verify"]):
                if (Status is 200 or 201 && IsJson)
                    errors.AddRange(WireCheck.Credentials(Json));
                break;
            default:
                break;
        }

        return [.. errors.Select(error => $"{Method} {Path}: {Status} {error}")];

        void Expect(bool holds, string what)
        {
            if (!holds)
                errors.Add(what + " is expected");
        }

        void One(params int[] known) => Expect(known.Contains(Status), string.Join(", ", known));
    }

    /// <summary>A store that is away is no mistake of the coordinator's: for an upload the runner knows what to do about it, and tries twice as often.</summary>
    private bool MayComeAgain => (Method, Parts, Status) is ("POST", ["jobs", _, "artifacts"], 503);

    private bool IsJson => Header("Content-Type")?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true;

    private void OfRequest(List<string> errors)
    {
        switch (Status)
        {
            case 201 when IsJson:
                errors.AddRange(WireCheck.Job(Json));
                break;
            case 204:
                if (Body.Length > 0)
                    errors.Add("a body");
                if (Header("X-GitLab-Last-Update") is null)
                    errors.Add("X-GitLab-Last-Update is expected");
                break;
            case 400 or 403 or 409 or 429:
                break;
            default:
                errors.Add("201 with JSON, 204, 400, 403 or 409 is expected");
                break;
        }
    }

    private void OfTrace(List<string> errors)
    {
        if (Status is not (202 or 400 or 403 or 404 or 416 or 429))
            errors.Add("202, 400, 403, 404 or 416 is expected");
        if (Status is not (202 or 416))
            return;
        if (Header("Range")?.Split('-') is not ["0", var end] || !long.TryParse(end, out var held))
            errors.Add("Range: 0-N is expected");
        else if (Status == 202 && ContentRange?.Split('-') is [_, var last] && long.TryParse(last, out var sent) && held < sent)
            errors.Add($"Range: 0-{held} is less than was sent: {ContentRange}");
        if (Status == 202 && !s_states.Contains(Header("Job-Status")))
            errors.Add("Job-Status is expected");
        OfInterval(errors);
    }

    /// <summary>Whole seconds above zero; a runner ignores anything else.</summary>
    private void OfInterval(List<string> errors)
    {
        if (Header("X-GitLab-Trace-Update-Interval") is { } interval && !(int.TryParse(interval, out var seconds) && seconds > 0))
            errors.Add($"X-GitLab-Trace-Update-Interval: {interval}");
    }
}

namespace Slipway.Runner.Coordinator;

/// <summary>
/// How many questions for jobs of one runner may be under way, and whether any at all: more while jobs come, fewer when none do or the coordinator
/// is busy (runner-protocol §3.5), none for a while after it has refused the runner several times in a row (§2.7).
/// </summary>
/// <param name="most"><c>request_concurrency</c>.</param>
/// <param name="refusals"><c>unhealthy_requests_limit</c>.</param>
internal sealed class Pace(int most, int refusals, TimeSpan rest, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _questions = 1;
    private int _refused;
    private long? _restingSince;

    /// <summary>At least 1.</summary>
    public int Questions
    {
        get
        {
            lock (_gate)
                return (int)_questions;
        }
    }

    /// <summary>How long nothing is to be asked any more; zero = ask.</summary>
    public TimeSpan Rest
    {
        get
        {
            lock (_gate)
            {
                if (_restingSince is not { } since)
                    return TimeSpan.Zero;
                var left = rest - time.GetElapsedTime(since);
                if (left > TimeSpan.Zero)
                    return left;
                (_restingSince, _refused) = (null, 0);
                return TimeSpan.Zero;
            }
        }
    }

    /// <returns>Whether this was one refusal too many.</returns>
    public bool Note(JobAnswer answer)
    {
        lock (_gate)
        {
            var factor = answer switch
            {
                JobAnswer.Job => 1.1,
                JobAnswer.Failed { Busy: true } => 0.5,
                _ => 0.95,
            };
            _questions = Math.Clamp(_questions * factor, 1, Math.Max(1, most));
            _refused = answer is JobAnswer.Forbidden ? _refused + 1 : 0;
            if (_refused < Math.Max(1, refusals))
                return false;
            _restingSince = time.GetTimestamp();
            return true;
        }
    }
}

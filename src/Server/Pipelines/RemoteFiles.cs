using System.Collections.Concurrent;
using Slipway.Compiler;
using Slipway.Server.Outbound;

namespace Slipway.Server.Pipelines;

/// <summary>Files of the web that configurations include. What was fetched is remembered for those who say how old it may be (<c>include:cache</c>).</summary>
internal sealed class RemoteFiles(OutboundHttp http, TimeProvider time)
{
    /// <summary>A byte more than a configuration may have, so that one that is too long shows.</summary>
    private const int MaxBytes = 2 * 1024 * 1024 + 1;

    private const int MostAttempts = 3;
    private const int MostRemembered = 100;

    /// <summary>https://docs.gitlab.com/administration/settings/continuous_integration: the whole of a pipeline's includes has 30 s.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Uri, (DateTimeOffset At, RemoteAnswer.Body Body)> _remembered = [];

    /// <param name="age">How old a remembered answer may be; nothing: none is good enough.</param>
    public async Task<RemoteAnswer> GetAsync(Uri address, TimeSpan? age, CancellationToken ct)
    {
        if (age is { } most && _remembered.TryGetValue(address, out var known) && time.GetUtcNow() - known.At <= most)
            return known.Body;
        for (var attempt = 1; ; attempt++)
        {
            var answer = Answer(await http.GetAsync(address, MaxBytes, Limit, ct), attempt);
            if (answer is RemoteAnswer.Body body)
            {
                if (_remembered.Count >= MostRemembered)
                    _remembered.Clear();
                _remembered[address] = (time.GetUtcNow(), body);
            }

            if (attempt == MostAttempts || answer is not (RemoteAnswer.SocketError or RemoteAnswer.HttpCode { Code: >= 500 }))
                return answer;
        }
    }

    private static RemoteAnswer Answer(OutboundAnswer answer, int attempts) =>
        answer switch
        {
            OutboundAnswer.Body body => new RemoteAnswer.Body(body.Bytes.ToArray()),
            OutboundAnswer.Code code => new RemoteAnswer.HttpCode(code.Status, attempts),
            OutboundAnswer.Blocked blocked => new RemoteAnswer.Refused($"of: {blocked.Why}"),
            OutboundAnswer.Unreachable => new RemoteAnswer.SocketError(attempts),
            OutboundAnswer.TimedOut => new RemoteAnswer.TimedOut(attempts),
            _ => new RemoteAnswer.HttpError(attempts),
        };
}

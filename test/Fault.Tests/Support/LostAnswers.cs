using System.Text.Json;

namespace Slipway.Fault.Tests.Support;

/// <summary>The way from a runner to a server, on which one in ten of the answers to whoever asks for a job is lost. The server has made them and believes them heard.</summary>
/// <param name="lost">Is given each payload that nobody got.</param>
internal sealed class LostAnswers(int seed, Action<JsonElement> lost) : DelegatingHandler(new SocketsHttpHandler())
{
    private const int OneIn = 10;

    private readonly Random _chance = new(seed);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (!request.RequestUri!.AbsolutePath.EndsWith("/jobs/request") || _chance.Next(OneIn) > 0)
            return answer;
        using (answer)
            if ((int)answer.StatusCode == 201)
                lost(JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)).RootElement);
        throw new HttpRequestException("The answer is lost.");
    }
}

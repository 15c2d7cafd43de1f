using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

/// <summary>Every way in that takes a password.</summary>
internal static class PasswordDoors
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public const string Git = "/ada/app.git/info/refs?service=git-upload-pack";
    public const string Lfs = "/ada/app.git/info/lfs/objects/batch";
    public const string Jwt = "/jwt/auth?service=container_registry";

    public static readonly (string Name, Func<TestServer, Browser, string, string, Task<int>> Try)[] All =
    [
        ("git", (server, _, user, password) => BasicAsync(server, Git, user, password)),
        ("registry's tokens", (server, _, user, password) => BasicAsync(server, Jwt, user, password)),
        ("registry's form", (server, _, user, password) => FormAsync(server, user, password)),
        ("registry", (server, _, user, password) => BasicAsync(server, "/v2/", user, password)),
        ("lfs", (server, _, user, password) => BasicAsync(server, Lfs, user, password)),
        ("page", async (_, browser, user, password) => (await browser.SignInAsync(user, password)).Status),
    ];

    public static async Task<int> BasicAsync(TestServer server, string path, string user, string password, string? pretends = null)
    {
        using var request = Asked(path, user, password);
        if (pretends is not null)
            request.Headers.Add("X-Forwarded-For", pretends);
        using var answer = await server.Anonymous.SendAsync(request, Ct);
        return (int)answer.StatusCode;
    }

    public static HttpRequestMessage Asked(string path, string user, string password)
    {
        var request = new HttpRequestMessage(path == Lfs ? HttpMethod.Post : HttpMethod.Get, path);
        if (path == Lfs)
        {
            request.Content = new StringContent("""{"operation":"download","objects":[]}""");
            request.Content.Headers.ContentType = new("application/vnd.git-lfs+json");
        }

        var basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password}"));
        request.Headers.Add("Authorization", $"Basic {basic}");
        return request;
    }

    private static async Task<int> FormAsync(TestServer server, string user, string password)
    {
        using var form = new FormUrlEncodedContent([
            KeyValuePair.Create("grant_type", "password"),
            KeyValuePair.Create("service", "container_registry"),
            KeyValuePair.Create("username", user),
            KeyValuePair.Create("password", password),
        ]);
        using var answer = await server.Anonymous.PostAsync("/jwt/auth", form, Ct);
        return (int)answer.StatusCode;
    }
}

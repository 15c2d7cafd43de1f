using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Server.Outbound;
using Xunit;

namespace Slipway.Server.Tests.Outbound;

public sealed class OutboundHttpTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> NotPublic =>
        [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];

    [Theory, MemberData(nameof(NotPublic))]
    public void An_address_of_the_neighbourhood_is_not_allowed(string address) =>
        Assert.False(new AddressRules([]).Allows("example.com", IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void A_public_address_is_allowed(string address) =>
        Assert.True(new AddressRules([]).Allows("example.com", IPAddress.Parse(address)));

    [Theory]
    [InlineData("git.example.com", "10.0.0.1", true)]
    [InlineData("GIT.example.com", "10.0.0.1", true)]
    [InlineData("other.example.com", "10.0.0.7", true)]
    [InlineData("other.example.com", "10.1.200.3", true)]
    [InlineData("other.example.com", "10.0.0.8", false)]
    public void An_administrator_can_allow_names_addresses_and_networks(string host, string address, bool allowed) =>
        Assert.Equal(allowed, new AddressRules(["git.example.com", "10.0.0.7", "10.1.0.0/16"]).Allows(host, IPAddress.Parse(address)));

    [Theory]
    [InlineData("file:///etc/passwd", "Only allowed schemes are http, https")]
    [InlineData("gopher://example.com", "Only allowed schemes are http, https")]
    [InlineData("http://user:secret@example.com/", "Username and password are not allowed")]
    [InlineData("http://example.com:22/", "Only allowed ports are 80, 443, and any over 1024")]
    [InlineData("https://example.com:8443/", null)]
    [InlineData("https://example.com/", null)]
    public void A_url_is_looked_at_before_anything_is_asked(string url, string? problem) =>
        Assert.Equal(problem, AddressRules.Problem(new Uri(url)));

    // 127.0.0.1, in every way that programs have been talked into reading it.
    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0x7f000001:{0}/")]
    [InlineData("http://0177.0.0.1:{0}/")]
    [InlineData("http://127.1:{0}/")]
    [InlineData("http://0:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://[::ffff:7f00:1]:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://LOCALHOST.:{0}/")]
    [InlineData("http://①②⑦.⓪.⓪.①:{0}/")]
    public async Task No_spelling_of_this_machine_is_connected_to(string spelling)
    {
        using var canary = new Canary("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        using var http = new OutboundHttp(new AddressRules([]), TimeProvider.System);

        var answer = await GetAsync(http, string.Format(spelling, canary.Port));

        Assert.True(answer is OutboundAnswer.Blocked or OutboundAnswer.Unreachable, $"{answer}");
        Assert.Equal(0, canary.Calls);
    }

    [Fact]
    public async Task A_name_with_one_forbidden_address_among_good_ones_is_refused()
    {
        using var http = new OutboundHttp(new AddressRules([]), TimeProvider.System, Resolves("1.1.1.1", "10.0.0.1"));
        Assert.Equal(
            new OutboundAnswer.Blocked("Requests to the local network are not allowed"),
            await GetAsync(http, "http://rebind.example/")
        );
    }

    [Fact]
    public async Task A_name_that_means_another_address_the_second_time_gains_nothing()
    {
        using var canary = new Canary("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        var asked = 0;
        using var http = new OutboundHttp(
            new AddressRules([]),
            TimeProvider.System,
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(asked++ == 0 ? "127.0.0.1" : "1.1.1.1")])
        );
        Assert.IsType<OutboundAnswer.Blocked>(await GetAsync(http, $"http://rebind.example:{canary.Port}/"));
        Assert.Equal((1, 0), (asked, canary.Calls));
    }

    [Fact]
    public async Task A_redirect_into_the_neighbourhood_is_refused()
    {
        using var inside = new Canary("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        using var outside = new Canary($"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{inside.Port}/\r\nContent-Length: 0\r\n\r\n");
        using var http = new OutboundHttp(new AddressRules(["public.example"]), TimeProvider.System, Resolves("127.0.0.1"));

        Assert.Equal(
            new OutboundAnswer.Blocked("Requests to localhost are not allowed"),
            await GetAsync(http, $"http://public.example:{outside.Port}/")
        );
        Assert.Equal((1, 0), (outside.Calls, inside.Calls));
    }

    [Fact]
    public async Task What_is_allowed_is_read_and_cut_off_at_its_limit()
    {
        using var canary = new Canary("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        using var http = new OutboundHttp(new AddressRules(["public.example"]), TimeProvider.System, Resolves("127.0.0.1"));
        var answer = await http.GetAsync(new Uri($"http://public.example:{canary.Port}/"), 4, TimeSpan.FromSeconds(30), Ct);
        Assert.Equal("hell", Encoding.ASCII.GetString(Assert.IsType<OutboundAnswer.Body>(answer).Bytes.Span));
    }

    [Fact]
    public async Task A_circle_of_redirects_ends()
    {
        using var canary = new Canary("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
        using var http = new OutboundHttp(new AddressRules(["public.example"]), TimeProvider.System, Resolves("127.0.0.1"));
        Assert.Equal(new OutboundAnswer.Failed("too many redirects"), await GetAsync(http, $"http://public.example:{canary.Port}/"));
        Assert.Equal(OutboundHttp.MostRedirects + 1, canary.Calls);
    }

    [Fact]
    public async Task A_host_that_never_answers_is_given_up_on()
    {
        using var canary = new Canary(null);
        var clock = new Support.Clock();
        using var http = new OutboundHttp(new AddressRules(["public.example"]), clock, Resolves("127.0.0.1"));
        var asked = http.GetAsync(new Uri($"http://public.example:{canary.Port}/"), 100, TimeSpan.FromSeconds(30), Ct);
        await canary.Called;
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.IsType<OutboundAnswer.TimedOut>(await asked);
    }

    private static Func<string, CancellationToken, Task<IPAddress[]>> Resolves(params string[] addresses) =>
        (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)]);

    private static Task<OutboundAnswer> GetAsync(OutboundHttp http, string url) =>
        http.GetAsync(new Uri(url), 100, TimeSpan.FromSeconds(30), Ct);

    /// <summary>A listener on both loopbacks that counts who comes, and says one thing to all.</summary>
    private sealed class Canary : IDisposable
    {
        private readonly TcpListener _listener = TcpListener.Create(0);
        private readonly TaskCompletionSource _called = new();
        private int _calls;

        public Canary(string? answer)
        {
            _listener.Start();
            _ = ServeAsync(answer);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
        public int Calls => Volatile.Read(ref _calls);
        public Task Called => _called.Task;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(string? answer)
        {
            try
            {
                while (true)
                    _ = AnswerAsync(await _listener.AcceptTcpClientAsync(), answer);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
        }

        private async Task AnswerAsync(TcpClient client, string? answer)
        {
            using var _ = client;
            Interlocked.Increment(ref _calls);
            var stream = client.GetStream();
            var request = new byte[4096];
            try
            {
                // As long as the client asks, on one connection or on many.
                while (await stream.ReadAsync(request) > 0)
                {
                    _called.TrySetResult();
                    if (answer is null)
                        continue;
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
                    client.Client.Shutdown(SocketShutdown.Send);
                }
            }
            catch (IOException) { }
        }
    }
}

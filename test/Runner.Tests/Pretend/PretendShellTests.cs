using System.Text;
using Slipway.Runner.Executors.Pretend;
using Slipway.Runner.Jobs;
using Slipway.Runner.Masking;
using Slipway.Runner.Traces;
using Xunit;

namespace Slipway.Runner.Tests.Pretend;

public sealed class PretendShellTests
{
    [Theory]
    [InlineData("echo hello", "hello\n")]
    [InlineData("echo -n \"a  b\" && echo 'c $X'", "a  bc $X\n")]
    [InlineData("X=1; echo $X ${X}2 \"$X\"3", "1 12 13\n")]
    [InlineData("X='a  b'; echo $X; echo \"$X\"", "a b\na  b\n")]
    [InlineData("echo $NOTHING end", "end\n")]
    [InlineData("false || echo rescued", "rescued\n")]
    [InlineData("false && echo never; echo on", "on\n")]
    [InlineData("echo a > f; echo b >> f; cat f", "a\nb\n")]
    [InlineData("mkdir -p d/e; echo x > d/e/f; test -d d && test -f d/e/f && cat d/e/f", "x\n")]
    [InlineData("echo x > f; cp f g; rm f; test ! -e f && cat g", "x\n")]
    [InlineData("[ \"$HOME\" = /root ] && echo home", "home\n")]
    [InlineData("true # and a comment\necho two", "two\n")]
    [InlineData("export A=1 B=2; echo $A$B", "12\n")]
    public async Task Lines_print_what_a_shell_would_print(string line, string expected)
    {
        var (code, output) = await RunAsync(line);
        Assert.Equal((0, expected), (code, output));
    }

    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("false", 1)]
    [InlineData("false; echo never", 1)]
    [InlineData("true && false", 1)]
    [InlineData("false && true", 0)]
    [InlineData("test -f nothing", 1)]
    [InlineData("cat nothing", 1)]
    [InlineData("rm nothing", 1)]
    [InlineData("rm -f nothing", 0)]
    [InlineData("exit 0; false", 0)]
    public async Task Exit_codes_are_those_of_a_shell_with_errexit(string line, int expected) =>
        Assert.Equal(expected, (await RunAsync(line)).Code);

    [Theory]
    [InlineData("curl http://example.com")]
    [InlineData("echo a | cat")]
    [InlineData("echo $(date)")]
    [InlineData("echo 'open")]
    [InlineData("&& true")]
    public async Task What_is_outside_the_subset_is_named(string line)
    {
        var error = await Assert.ThrowsAsync<JobFailedException>(() => RunAsync(line));
        Assert.Equal($"the pretend executor does not know how to run: {line}", error.Message);
    }

    [Fact]
    public async Task The_first_line_that_fails_ends_the_script()
    {
        var (code, output) = await RunAsync("echo one", "exit 4", "echo three");
        Assert.Equal((4, "one\n"), (code, output));
    }

    /// <summary>What the commands printed, without the lines that show the commands.</summary>
    private static async Task<(int Code, string Output)> RunAsync(params string[] lines)
    {
        var log = new MemoryStream();
        var trace = new JobTrace(
            MaskSet.Of([], []),
            new JobTraceOptions(1 << 20, Sections: false, Timestamps: false),
            (bytes, _) =>
            {
                log.Write(bytes.Span);
                return ValueTask.CompletedTask;
            },
            TimeProvider.System
        );
        var shell = new PretendShell(
            new PretendFiles("/builds/p", TimeProvider.System),
            new(StringComparer.Ordinal) { ["HOME"] = "/root" },
            trace,
            TimeProvider.System
        );
        var code = await shell.RunAsync(lines, TestContext.Current.CancellationToken);
        await trace.DisposeAsync();
        var text = Encoding.UTF8.GetString(log.ToArray());
        return (code, string.Concat(text.Split('\n').Where(l => !l.StartsWith('\e')).Select(l => l + "\n"))[..^1]);
    }
}

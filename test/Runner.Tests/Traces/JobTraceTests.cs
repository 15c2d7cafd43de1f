using System.Text;
using Slipway.Runner.Masking;
using Slipway.Runner.Traces;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Runner.Tests.Traces;

public sealed class JobTraceTests
{
    private readonly List<byte> _log = [];
    private readonly Clock _clock = new();

    [Fact]
    public async Task The_runners_lines_have_GitLabs_colours_and_sections()
    {
        await using (var trace = Trace())
        {
            using (trace.Section("step_script", "Executing"))
                trace.Info("done");
            trace.Warning("careful");
            trace.Error("Job failed");
        }

        Assert.Equal(
            "section_start:1767323045:step_script\r\e[0K\e[0K\e[36;1mExecuting\e[0;m\n\e[0K\e[32;1mdone\e[0;m\nsection_end:1767323045:step_script\r\e[0K"
                + "\e[0K\e[0;33mWARNING: careful\e[0;m\n\e[0K\e[31;1mERROR: Job failed\e[0;m\n",
            Log
        );
    }

    [Fact]
    public async Task A_server_that_knows_no_sections_gets_none()
    {
        await using (var trace = Trace(sections: false))
            trace.Section("step_script", "Executing").Dispose();
        Assert.Equal("\e[0K\e[36;1mExecuting\e[0;m\n", Log);
    }

    [Fact]
    public async Task Output_and_error_do_not_complete_each_others_secrets()
    {
        await using (var trace = Trace())
        {
            await trace.WriteAsync(TraceStream.Output, "hun"u8.ToArray());
            await trace.WriteAsync(TraceStream.Error, "ter2"u8.ToArray());
            await trace.WriteAsync(TraceStream.Output, "ter2\n"u8.ToArray());
        }

        Assert.Equal("ter2[MASKED]\n", Log);
    }

    [Theory]
    [InlineData(10, "0123456789ABCDEF", "0123456789")]
    [InlineData(4, "aaé€", "aaé")]
    [InlineData(6, "aaé€€", "aaé")]
    public async Task A_log_that_is_too_long_ends_between_two_characters_with_a_notice(int limit, string text, string kept)
    {
        await using (var trace = Trace(limit: limit))
        {
            await trace.WriteAsync(TraceStream.Output, Encoding.UTF8.GetBytes(text));
            trace.Info("Job succeeded");
        }

        Assert.Equal(
            $"{kept}\n\e[33;1mJob's log exceeded limit of {limit} bytes.\nJob execution will continue but no more output will be collected.\e[0;m\n",
            Log
        );
    }

    [Fact]
    public async Task Each_line_is_stamped_and_carriage_returns_carry_on()
    {
        await using (var trace = Trace(stamped: true))
        {
            trace.Section("prepare_executor", "Preparing").Dispose();
            await trace.WriteAsync(TraceStream.Output, "a\nb"u8.ToArray());
            _clock.Advance(TimeSpan.FromMilliseconds(1.5));
            await trace.WriteAsync(TraceStream.Error, "no\n"u8.ToArray());
            await trace.WriteAsync(TraceStream.Output, "c\n10%\n"u8.ToArray());
            await trace.WriteAsync(TraceStream.Output, "20%\r30%"u8.ToArray());
            await trace.WriteAsync(TraceStream.Output, "\n"u8.ToArray());
        }

        Assert.Equal(
            """
            2026-01-02T03:04:05.000000Z 00O section_start:1767323045:prepare_executor{0}
            2026-01-02T03:04:05.000000Z 00O+{1}Preparing{2}
            2026-01-02T03:04:05.000000Z 00O section_end:1767323045:prepare_executor{0}
            2026-01-02T03:04:05.000000Z 01O a
            2026-01-02T03:04:05.001500Z 01E no
            2026-01-02T03:04:05.001500Z 01O bc
            2026-01-02T03:04:05.001500Z 01O 10%
            2026-01-02T03:04:05.001500Z 01O 20%{3}30%
            2026-01-02T03:04:05.001500Z 01O+

            """.Replace("{0}", "\r\e[0K").Replace("{1}", "\e[0K\e[36;1m").Replace("{2}", "\e[0;m").Replace("{3}", "\r"),
            Log
        );
    }

    [Fact]
    public async Task A_line_without_end_is_broken_after_eight_KiB()
    {
        await using (var trace = Trace(stamped: true))
        {
            await trace.WriteAsync(TraceStream.Output, Encoding.UTF8.GetBytes(new string('x', 9000)));
            await trace.WriteAsync(TraceStream.Output, "y\n"u8.ToArray());
        }

        var lines = Log.Split('\n');
        Assert.Equal(32 + 9000, lines[0].Length);
        Assert.EndsWith("01O+y", lines[1]);
    }

    [Fact]
    public async Task A_sink_that_fails_is_told_at_the_flush()
    {
        await using var trace = new JobTrace(
            MaskSet.Of([], []),
            new JobTraceOptions(1000, true, false),
            (_, _) => throw new IOException("disk full"),
            _clock
        );
        trace.Line("hello");
        var error = await Assert.ThrowsAsync<IOException>(trace.FlushAsync);
        Assert.Contains("disk full", error.Message);
    }

    private string Log => Encoding.UTF8.GetString(_log.ToArray());

    private JobTrace Trace(int limit = 100_000, bool sections = true, bool stamped = false) =>
        new(MaskSet.Of(["hunter2"], []), new JobTraceOptions(limit, sections, stamped), Keep, _clock);

    private ValueTask Keep(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        _log.AddRange(bytes.Span);
        return default;
    }
}

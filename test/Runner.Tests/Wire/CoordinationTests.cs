using System.Text;
using System.Text.Json;
using Slipway.Protocol;
using Slipway.Protocol.Checksums;
using Slipway.Protocol.Coordination;
using Xunit;

namespace Slipway.Runner.Tests.Wire;

/// <summary>The bodies and texts that runner and coordinator exchange beside the job (runner-protocol §2, §3, §5, §6).</summary>
public sealed class CoordinationTests
{
    [Fact]
    public void A_request_tells_31_features_by_their_names_and_leaves_out_what_is_empty()
    {
        var request = new JobRequest
        {
            Token = "glrt-x",
            Info = new ManagerInfo { Name = "slipway" },
            LastUpdate = "",
        };

        var json = JsonSerializer.SerializeToElement(request, CoordinationJson.Default.JobRequest);

        string[] names =
        [
            "artifacts",
            "artifacts_exclude",
            "cache",
            "cancel_gracefully",
            "cancelable",
            "fallback_cache_keys",
            "image",
            "image_executor_opts",
            "job_inputs",
            "masking",
            "multi_build_steps",
            "native_steps_integration",
            "proxy",
            "raw_variables",
            "refspecs",
            "return_exit_code",
            "service_executor_opts",
            "service_multiple_aliases",
            "service_variables",
            "services",
            "session",
            "shared",
            "terminal",
            "trace_checksum",
            "trace_reset",
            "trace_size",
            "two_phase_job_commit",
            "upload_multiple_artifacts",
            "upload_raw_artifacts",
            "variables",
            "vault_secrets",
        ];
        var features = json.GetProperty("info").GetProperty("features");
        Assert.Equal(names, features.EnumerateObject().Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.All(features.EnumerateObject(), f => Assert.Equal(JsonValueKind.False, f.Value.ValueKind));
        Assert.Equal("", json.GetProperty("info").GetProperty("config").GetProperty("gpus").GetString());
        Assert.False(json.TryGetProperty("last_update", out _));
        Assert.False(json.TryGetProperty("system_id", out _));
        Assert.False(json.GetProperty("info").TryGetProperty("version", out _));
    }

    [Fact]
    public void An_update_leaves_out_an_exit_code_and_a_size_of_nothing()
    {
        var update = new JobUpdate
        {
            Token = "t",
            State = JobState.Success,
            ExitCode = 0,
            Output = new TraceOutput { Bytesize = 0 },
        };

        var json = JsonSerializer.SerializeToElement(update, CoordinationJson.Default.JobUpdate);

        Assert.Equal("success", json.GetProperty("state").GetString());
        Assert.Equal("{}", json.GetProperty("output").GetRawText());
        Assert.False(json.TryGetProperty("exit_code", out _));
        Assert.False(json.TryGetProperty("failure_reason", out _));
    }

    [Fact]
    public void An_old_runner_that_sends_its_token_alone_is_understood()
    {
        var request = WireJson.Read("""{"token":"glrt-x","info":null,"session":{"url":"u"}}"""u8, CoordinationJson.Default.JobRequest);

        Assert.Equal("glrt-x", request.Token);
        Assert.Null(request.SystemId);
        Assert.False(request.Info.Features.TwoPhaseJobCommit);
        Assert.Equal("", request.Info.Config.Gpus);
    }

    [Fact]
    public void Credentials_without_an_end_have_none() =>
        Assert.Equal(
            new RunnerCredentials(7, "glrt-x", null),
            WireJson.Read("""{"id":7,"token":"glrt-x","token_expires_at":null}"""u8, CoordinationJson.Default.RunnerCredentials)
        );

    [Fact]
    public void A_piece_is_told_by_its_first_and_last_byte()
    {
        Assert.Equal("0-1432", TraceRange.Piece(0, 1433));
        Assert.True(TraceRange.TryPiece("1433-1433", out var start));
        Assert.Equal(1433, start);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("bytes 0-5")]
    [InlineData("x-5")]
    public void What_is_no_piece_is_none(string? text) => Assert.False(TraceRange.TryPiece(text, out _));

    [Theory]
    [InlineData("0-1433", 1433)]
    [InlineData("0-0", 0)]
    [InlineData(null, 0)]
    [InlineData("17", 0)]
    [InlineData("0-1-2", 0)]
    [InlineData("0--5", 0)]
    [InlineData("0-x", 0)]
    public void A_log_goes_on_at_the_size_that_the_coordinator_holds(string? range, long next) =>
        Assert.Equal(next, TraceRange.Next(range));

    [Fact]
    public void A_checksum_is_crc32_in_eight_digits()
    {
        var sum = Crc32.Append(Crc32.Append(0, "1234"u8), "56789"u8);

        Assert.Equal("crc32:cbf43926", TraceChecksum.Text(sum));
        Assert.Equal("crc32:00000000", TraceChecksum.Text(0));
        Assert.Equal(sum, TraceChecksum.Read("crc32:cbf43926"));
        Assert.Null(TraceChecksum.Read("md5:cbf43926000"));
        Assert.Null(TraceChecksum.Read("crc32:cbf4392g"));
        Assert.Null(TraceChecksum.Read(null));
    }

    [Theory]
    [InlineData("""{"message":"403 Forbidden"}""", "403 Forbidden")]
    [InlineData("""{"message":{"tags_list":["is empty","is odd"],"base":"x"}}""", "tags_list is empty, is odd; base x")]
    [InlineData("""{"error":"x"}""", null)]
    [InlineData("<html>", null)]
    [InlineData("", null)]
    public void A_refusal_is_told_in_the_coordinators_words(string body, string? message) =>
        Assert.Equal(message, CoordinationJson.ReadMessage(Encoding.UTF8.GetBytes(body)));
}

using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Runner.Executors.Docker.Engine;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

public sealed class OutputFramesTests
{
    [Fact]
    public void Frames_come_out_whole_however_the_connection_cuts_them()
    {
        var cases =
            from texts in Gen.ArrayOf(Gen.Elements("", "a", "out\n", "äöü", new string('x', 70_000)))
            from cut in Gen.Choose(1, 4096)
            from early in Gen.Choose(0, 20)
            select (texts, cut, early);
        Properties.Hold(
            cases,
            one =>
            {
                var bytes = Frames(one.texts);
                var early = Math.Min(one.early, bytes.Length);
                var (output, error) = Read(bytes.AsMemory(0, early), new Pieces(bytes[early..], one.cut));
                Assert.Equal(string.Concat(one.texts.Where((_, i) => i % 2 == 0)), output);
                Assert.Equal(string.Concat(one.texts.Where((_, i) => i % 2 == 1)), error);
            }
        );
    }

    [Fact]
    public void A_stream_that_is_out_of_step_is_an_error_and_no_output() =>
        Assert.Throws<InvalidDataException>(() => Read(default, new MemoryStream("HTTP/1.1 500 Oops"u8.ToArray())));

    private static (string Output, string Error) Read(ReadOnlyMemory<byte> early, Stream stream)
    {
        var (output, error) = (new MemoryStream(), new MemoryStream());
        OutputFrames
            .CopyAsync(
                stream,
                early,
                (isError, bytes) =>
                {
                    (isError ? error : output).Write(bytes.Span);
                    return ValueTask.CompletedTask;
                },
                default
            )
            .GetAwaiter()
            .GetResult();
        return (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    private static byte[] Frames(string[] texts)
    {
        var all = new MemoryStream();
        for (var i = 0; i < texts.Length; i++)
        {
            var text = Encoding.UTF8.GetBytes(texts[i]);
            var head = new byte[8];
            head[0] = (byte)(i % 2 == 0 ? 1 : 2);
            BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), (uint)text.Length);
            all.Write(head);
            all.Write(text);
        }

        return all.ToArray();
    }

    /// <summary>A stream that never gives more than so much at once.</summary>
    private sealed class Pieces(byte[] bytes, int atMost) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, atMost));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, atMost)]);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(Read(buffer, offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span));
    }
}

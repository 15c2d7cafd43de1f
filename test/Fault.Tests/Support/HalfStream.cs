namespace Slipway.Fault.Tests.Support;

/// <summary>Gives half of its bytes, says so, and then nothing until its reader gives up.</summary>
internal sealed class HalfStream(byte[] bytes, TaskCompletionSource half) : MemoryStream(bytes, writable: false)
{
    public override bool CanSeek => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var left = (int)(Length / 2 - Position);
        if (left > 0)
            return await base.ReadAsync(buffer[..Math.Min(left, buffer.Length)], cancellationToken);
        half.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return 0;
    }
}

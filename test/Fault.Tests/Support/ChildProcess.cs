using System.Diagnostics;

namespace Slipway.Fault.Tests.Support;

/// <summary>A process that goes with the test, however that ends.</summary>
internal sealed class ChildProcess(Process process) : IDisposable
{
    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}

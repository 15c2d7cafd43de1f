namespace Slipway.Runner.Executors.Shell;

/// <summary>
/// Threads that sleep in the kernel until a script writes something. A script lasts long and the thread pool is small, so they are none of
/// its; but making one costs as much as starting half a shell, so each serves one script after another.
/// </summary>
internal static class OutputThreads
{
    private const int StackSize = 256 * 1024;
    private static readonly TimeSpan Idleness = TimeSpan.FromSeconds(5);

    private static readonly object Gate = new();
    private static readonly Queue<Action> Waiting = new();
    private static int _idle;

    /// <summary>Runs it at once, on a thread that does nothing else meanwhile.</summary>
    /// <param name="work">Must not throw.</param>
    public static void Start(Action work)
    {
        lock (Gate)
        {
            Waiting.Enqueue(work);
            if (_idle >= Waiting.Count)
            {
                Monitor.Pulse(Gate);
                return;
            }
        }

        new Thread(Serve, StackSize) { IsBackground = true, Name = "script output" }.Start();
    }

    private static void Serve()
    {
        while (Next() is { } work)
            work();
    }

    private static Action? Next()
    {
        lock (Gate)
        {
            while (Waiting.Count == 0)
            {
                _idle++;
                var woken = Monitor.Wait(Gate, Idleness);
                _idle--;
                if (!woken && Waiting.Count == 0)
                    return null;
            }

            return Waiting.Dequeue();
        }
    }
}

namespace Slipway.Server.Http;

/// <summary>Whether the server should still be sent work. One that ends says no first, and goes on answering until those that know it have gone elsewhere.</summary>
internal sealed class Readiness
{
    private volatile bool _isEnding;

    public bool IsEnding => _isEnding;

    public void End() => _isEnding = true;
}

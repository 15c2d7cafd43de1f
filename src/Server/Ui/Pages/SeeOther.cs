using Microsoft.AspNetCore.Http;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Pages;

/// <summary>After a form: the browser asks for another page, and loading that again does not send the form again.</summary>
internal sealed class SeeOther(Address to) : IResult
{
    public Task ExecuteAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = to.Text;
        http.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}

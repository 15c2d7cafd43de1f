using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>Pictures for what buttons do. They are drawn here, and always stand beside or behind words.</summary>
internal static class Icons
{
    public static Html Retry => Draw("M13.2 3v3.6H9.6M13 6.4A5.4 5.4 0 1 0 13.4 9.4");
    public static Html Cancel => Draw("M4 4l8 8M12 4l-8 8");
    public static Html Play => Draw("M5 3.2v9.6l7.8-4.8z");
    public static Html Download => Draw("M8 2.2v7.6M4.6 6.8L8 10l3.4-3.2M2.8 13.4h10.4");
    public static Html Clock => Draw("M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0zM8 4.4V8l2.4 1.6");
    public static Html Branch =>
        Draw(
            "M5 5.6v4.8M5 2.2a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4zM5 10.4a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4zM11.4 3.4a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4zM11.4 6.8c0 2.6-6.4 1.6-6.4 3.6"
        );
    public static Html Tag => Draw("M2.2 2.2h5.4l6.2 6.2-5.4 5.4-6.2-6.2zM5.2 5.2h.01");
    public static Html Commit => Draw("M1 8h4M11 8h4M11 8a3 3 0 1 1-6 0 3 3 0 0 1 6 0z");

    private static Html Draw(string path) =>
        Html.Of(
            $"<svg width=\"16\" height=\"16\" viewBox=\"0 0 16 16\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\" stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\"><path d=\"{path}\"/></svg>"
        );
}

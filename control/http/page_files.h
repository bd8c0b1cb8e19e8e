#pragma once

// page.html, page.css and page.js of this folder, as the build found them.
namespace benari::control {

extern const char kPageHtml[];
extern const char kPageCss[];
extern const char kPageJs[];

}  // namespace benari::control

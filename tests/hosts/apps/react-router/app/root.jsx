import doorward, { protect } from "doorward/react-router";
import { Outlet } from "react-router";
import { known, options } from "../../js/common.js";

export const middleware = [
  protect(doorward(options()), { context: ({ request }) => known(request.headers) }),
];

export default function Root() {
  return (
    <html lang="en">
      <body>
        <Outlet />
      </body>
    </html>
  );
}

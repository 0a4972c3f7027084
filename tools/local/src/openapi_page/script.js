"use strict";

// A page of this origin: the cookies of a login that is tried here travel with what is tried next.
SwaggerUIBundle({
    url: "/_local/openapi.json",
    dom_id: "#viewer",
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    withCredentials: true,
    // Nobody outside is asked whether the document is valid.
    validatorUrl: null,
});
